"""The number format that losses are computed in, whatever surrounds them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, cast

import torch
from torch import Tensor

P = ParamSpec("P")


def full_precision(loss: Callable[P, Tensor]) -> Callable[P, Tensor]:
    """A loss that is computed in float32 (float64 stays), with autocast off, however it is called.

    bfloat16 has eight significant bits: the mean over a patch of squared errors, a variance as a difference of two means, or a logarithm
    near 0 loses what it is about. The networks may run in bfloat16 or float16; what judges them does not. Gradients return in the format
    that the arguments came in.

    Tensors are found among the arguments and in tuples among them.
    """

    @wraps(loss)
    def computed(*args: P.args, **kwargs: P.kwargs) -> Tensor:
        given = [_widened(value) for value in args]
        named = {name: _widened(value) for name, value in kwargs.items()}
        kind = next(value.device.type for value in (*given, *named.values()) if isinstance(value, Tensor))
        with torch.autocast(kind, enabled=False):
            return cast(Callable[..., Tensor], loss)(*given, **named)

    return computed


def _widened(value: Any) -> Any:
    if isinstance(value, Tensor) and value.dtype in (torch.bfloat16, torch.float16):
        return value.float()
    if isinstance(value, tuple):
        return tuple(_widened(part) for part in value)
    return value
