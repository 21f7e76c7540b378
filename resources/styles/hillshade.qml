<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.0" styleCategories="Symbology">
  <pipe>
    <provider>
      <resampling enabled="true" maxOversampling="4" zoomedInResamplingMethod="cubicSpline" zoomedOutResamplingMethod="average"/>
    </provider>
    <rasterrenderer type="hillshade" band="1" azimuth="315" angle="45" zfactor="1" multidirection="1" alphaBand="-1" opacity="1" nodataColor="">
      <rasterTransparency/>
    </rasterrenderer>
    <brightnesscontrast brightness="0" contrast="20" gamma="1"/>
    <huesaturation saturation="0" grayscaleMode="0" colorizeOn="0" colorizeRed="255" colorizeGreen="128" colorizeBlue="128" colorizeStrength="100" invertColors="0"/>
    <rasterresampler maxOversampling="2" zoomedInResampler="bilinear" zoomedOutResampler="bilinear"/>
    <resamplingStage>provider</resamplingStage>
  </pipe>
  <blendMode>0</blendMode>
</qgis>
