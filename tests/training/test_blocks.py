"""RCB, DMRB and the trunk do what their formulas say."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from training.networks.blocks import DMRB, RCB, SLOPE
from training.networks.trunk import Trunk


def test_rcb_is_conv_leaky_conv_plus_input() -> None:
    torch.manual_seed(0)
    block, x = RCB(4), torch.randn(2, 4, 9, 11)
    inner = F.conv2d(x, block.conv1.weight, block.conv1.bias, padding=1)
    inner = torch.where(inner > 0, inner, SLOPE * inner)
    expected = x + F.conv2d(inner, block.conv2.weight, block.conv2.bias, padding=1)
    torch.testing.assert_close(block(x), expected)


def test_dmrb_feeds_each_rcb_all_that_came_before() -> None:
    torch.manual_seed(0)
    block, x = DMRB(3, rcbs=2), torch.randn(1, 3, 8, 8)
    first = block.rcbs[0](x)
    second = block.rcbs[1](block.fuse[0](torch.cat([x, first], 1)))
    expected = x + block.fuse[1](torch.cat([x, first, second], 1))
    torch.testing.assert_close(block(x), expected)


def test_a_trunk_reaches_as_far_as_it_says_and_no_farther() -> None:
    torch.manual_seed(0)
    trunk = Trunk(inputs=2, channels=4, blocks=2, rcbs=1)
    size = 2 * trunk.reach + 5
    x = torch.zeros(1, 2, size, size, requires_grad=True)
    middle = size // 2
    trunk(x)[-1][0, :, middle, middle].sum().backward()
    assert x.grad is not None
    touched = x.grad.abs().sum(dim=(0, 1)).nonzero()
    assert int(touched.min()) == middle - trunk.reach
    assert int(touched.max()) == middle + trunk.reach


def test_each_block_gives_one_activation() -> None:
    activations = Trunk(inputs=2, channels=4, blocks=3, rcbs=1)(torch.randn(1, 2, 8, 10))
    assert [a.shape for a in activations] == [(1, 4, 8, 10)] * 3
