<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
    <context>
        <name>SIRAN</name>
        <message>
            <source>By name: {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} is one of {}; not '{}'.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Compare DEM with reference</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>dem,dtm,dsm,elevation,height,accuracy,error,difference,validation,rmse,nmad,le90,bias,coregistration,nuth,report</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Measures how far elevation models are off a better one, and writes a report.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>&lt;p&gt;Compares elevation models with a better one, the reference, on the reference's grid. Errors are tested minus reference, in metres: above 0 the tested model lies too high.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Report.&lt;/b&gt; One page with bias, RMSE, NMAD, LE90, structural similarity and errors of slope and curvature, over all pixels and by slope; with maps and histograms of the errors, and with how much relief there is at which wavelength. It needs nothing beside itself and can be passed on.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Mask.&lt;/b&gt; Pixels count where their centre lies in a polygon of this layer (all of its features, or the selected ones), or where the mask raster is known and not 0. To leave ground out, such as water or forest, draw what remains.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Coregistration.&lt;/b&gt; A DEM that lies some metres beside the reference is wrong on every slope. If you wish, each is also moved to where it fits best (Nuth and Kääb 2011) and measured again; the report says by how much. The error rasters are then those of the moved models.&lt;/p&gt;&lt;p&gt;&lt;b&gt;What it does not do.&lt;/b&gt; Vertical datums are not transformed; a difference is a warning. Feet become metres. The first band of each file holds the heights.&lt;/p&gt;&lt;p&gt;The work is done by a process of its own, with its own Python: see &lt;i&gt;Set up backend&lt;/i&gt;.&lt;/p&gt;</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Elevation models to test</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Raster files with elevations, in any CRS and on any grid. The numbers among the results are those of the first.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Reference elevation model</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A raster file with better elevations; its grid is the one that is compared on.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Mask</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Polygons of the ground that counts. Empty: all of it.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Mask raster</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Instead of polygons: ground counts where the first band of this raster file is known and not 0.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Also compare after coregistration</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Moves each DEM to where it fits the reference best, and measures again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Report</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>HTML files (*.html)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>One page that needs nothing else.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Error raster</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Tested minus reference, metres. For one tested DEM.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Folder for error rasters</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Gets a file NAME_error.tif for each tested DEM.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Figures as JSON</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>JSON files (*.json)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>All that the report says, for programs.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Error rasters</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Bias (m)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>RMSE (m)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>NMAD (m)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>LE90 (m)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} after coregistration</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} is the reference and a tested DEM at once.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose another.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There are two masks, polygons (MASK) and a raster (MASK_RASTER).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Leave one out.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Nothing is to be written.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Name a report (REPORT), an error raster (ERROR, ERROR_FOLDER) or a file for the figures (JSON).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{}, {}, does not end with {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Error rasters go to a file (ERROR) or to a folder (ERROR_FOLDER), not to both.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>One error raster (ERROR) cannot hold the errors of {} DEMs.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Name a folder instead (ERROR_FOLDER); each gets a file there.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} is no raster that can be opened (TESTED).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No elevation model to test is given (TESTED).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} is no raster (TESTED).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>no pixel counts</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>raw</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>coregistered</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} ({}): {}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The folder {} cannot be made ({}).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Name another.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>List</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Add</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Remove</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Manage models</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>model,network,weights,onnx,download,install,licence,attribution,card,siran</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Lists, adds and removes the models that make elevation models finer.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>&lt;p&gt;A model is one ONNX file with a card inside: for which pixel ratios and sizes it was trained, whether it needs a guide image, its licence, and on whose data it was trained.&lt;/p&gt;&lt;p&gt;&lt;b&gt;List&lt;/b&gt; shows the cards of all installed models, in the log and as a page. &lt;b&gt;Add&lt;/b&gt; takes a file, or an https address together with the SHA-256 that its publisher states; the backend checks it before it is put in place. A model that is there already is replaced only if you allow it. &lt;b&gt;Remove&lt;/b&gt; deletes a model that you added, by its name; bundled ones stay.&lt;/p&gt;&lt;p&gt;Whatever fails or is cancelled leaves things as they were.&lt;/p&gt;&lt;p&gt;What a model makes of your data is its maker's doing: add models from people you trust.&lt;/p&gt;</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>What to do</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Model file to add</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>ONNX models (*.onnx);;All files (*)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>An ONNX file with a card. It is copied.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Or address to add from</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Begins with https://. Fetched with QGIS's network settings; up to {:.0f} MB.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>SHA-256 of the model</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>64 hexadecimal digits, as the publisher states them. Needed for an address; a file is checked against it where given.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Name of the model to remove</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>As the list shows it.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Replace a model of the same name</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Only when adding.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Page about the models</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The list as it is afterwards.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Names of the installed models</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Model that was added or removed</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>SHA-256 of the model that was added</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is no folder {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Removed {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} cannot be written: {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>To add a model, name either a file (FILE) or an address (URL).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>An address needs the SHA-256 of what is to be fetched (SHA256).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Without it nobody would notice another file in its place.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is no file {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>To remove a model, give its name (NAME).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Fetching {}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Checking the model</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Added {} as {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The backend did not see it.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Nothing was added.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The models' files were not checked: {}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No model is installed.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Create</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Repair (install anew)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>As installed; at first for the processor</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Processor</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>NVIDIA graphics card (CUDA)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Set up backend</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>install,setup,python,venv,pip,environment,onnxruntime,siran</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Creates, repairs, reports on or removes the Python environment in which SIRAN does its work.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>&lt;p&gt;SIRAN does its work in a Python of its own, so that nothing is ever installed into QGIS's. This algorithm looks after it.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Create&lt;/b&gt; makes a virtual environment in your QGIS profile (or in the folder of the settings) and installs pinned packages into it with pip (about 150 MB to download; several GB for NVIDIA). &lt;b&gt;Repair&lt;/b&gt; does it anew. Whatever was there stays in use until the new one has passed its check; cancelling leaves things as they were. &lt;b&gt;Report&lt;/b&gt; says what is there. &lt;b&gt;Remove&lt;/b&gt; deletes it.&lt;/p&gt;&lt;p&gt;It needs Python 3.11 or newer to start from; QGIS's own is taken where it is new enough. Another one can be named.&lt;/p&gt;&lt;p&gt;If the environment variable &lt;code&gt;SIRAN_PYTHON&lt;/code&gt; or the settings (Options &gt; Processing &gt; Providers &gt; SIRAN) name an interpreter, that one runs the backend instead. There is also a test of it all, and another folder can be chosen.&lt;/p&gt;</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Made for</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Which kind of ONNX Runtime to install.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Python to start from</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>All files (*)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>An interpreter, 3.11 or newer. Empty: found.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>State</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Folder</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Python version</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Size in MB</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} Nothing to do.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The backend is ready in {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There was nothing to remove.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Folder: {} ({:.0f} MB)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The page {}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} names another interpreter, which is used instead: {}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} is missing or was changed. {}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>SIRAN backend {}, Python {}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>available</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>not available</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Device {}: {}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Model {}: {}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Found from metadata or file name</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>SRTM</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>NASADEM</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copernicus GLO-30</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>ASTER GDEM</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>ALOS AW3D30</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Lidar or photogrammetric</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Own error in metres</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Super-resolve DEM</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>dem,dtm,dsm,elevation,height,super-resolution,upsample,downscale,sharpen,resample,srtm,copernicus,neural network</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Makes a coarse elevation model finer, with the help of a sharper image where there is one.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>&lt;p&gt;Makes a coarse elevation model (SRTM, Copernicus GLO-30, ...) finer with a trained network, and writes it as a Cloud Optimized GeoTIFF. A sharper multispectral image of the same ground helps: ridges, gullies and shores that it shows are put where they are.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Guide.&lt;/b&gt; An image with near infrared, red and green (Landsat, Sentinel-2, aerial), in any CRS and on any grid. The result lies exactly on its grid. Without a guide the result has the DEM's CRS and its pixel divided by the model's ratio.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Guide bands.&lt;/b&gt; Three band numbers in this order: near infrared, red, green, as in &lt;code&gt;4,3,2&lt;/code&gt;. Leave empty if the image says itself which band is which.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Which DEM it is.&lt;/b&gt; Tells the network how wrong the input may be. SRTM is off by metres, smoothly, so that nothing in it shows it; lidar is to be sharpened and otherwise left alone.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Uncertainty and difference.&lt;/b&gt; Two more rasters on the result's grid, if asked for. &lt;i&gt;Uncertainty&lt;/i&gt; is the error that the model expects, 1 standard deviation: 68 % of the errors should lie within it, 95 % within twice as much. &lt;i&gt;Difference&lt;/i&gt; is what the model changed: the result minus the input by cubic resampling. Both are in the unit of the heights.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Report.&lt;/b&gt; One page, if asked for, that needs nothing beside itself: before and after as shaded reliefs, what was changed and where, profiles, the inputs, what is known about the model, and how to do it again.&lt;/p&gt;&lt;p&gt;&lt;b&gt;What it does not do.&lt;/b&gt; Heights keep their vertical datum and unit. Gaps stay gaps.&lt;/p&gt;&lt;p&gt;The work is done by a process of its own, with its own Python: see &lt;i&gt;Set up backend&lt;/i&gt;.&lt;/p&gt;</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Coarse elevation model</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A raster file with elevations and a CRS.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Elevation band</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The band that holds elevations; the first if none is given.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Guide image</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A finer image of the same ground with near infrared, red and green. Any CRS, any grid; it gives the output's grid.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Guide bands: near infrared, red, green</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Three band numbers in this order, as in 4,3,2. Empty: found from the image's metadata.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Model</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>An installed model by name, or a model file. Empty: the bundled one.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Bundled model</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Models (*.onnx *.pt)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Which elevation model it is</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Tells the model how wrong the input is expected to be.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Expected error of the input, 1 standard deviation; 0: trust it. Only with the choice 'own'.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Output pixel size</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>In units of the output's CRS. Empty: the guide's grid, or without a guide the input's pixel divided by the model's ratio.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Extent</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Limits the output to a rectangle. Empty: all of the input, within the guide where there is one.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Device</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>auto (the one of the settings, else the fastest that really loads), cpu, cuda, tensorrt, or another name that ONNX Runtime offers.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Tile size in output pixels</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Empty: chosen so that a tile fits in memory. The result does not depend on it.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Processor threads</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Empty: as in the settings, else all.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Super-resolved DEM</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Uncertainty</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The error that the model expects, 1 standard deviation, in the unit of the heights. Not every model tells it.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Difference from cubic resampling</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>What the model changed: the result minus the input by cubic resampling, in the unit of the heights.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>One page that says what was changed, from what and how. It needs nothing else.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Device that really ran</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Seconds</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Output pixels</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Pixel size in metres</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Model name</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Model sha256</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} x {} pixels in {:.1f} s with model {} on {}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The output is a GeoTIFF; {} does not end with .tif.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The report is a page; {} does not end with .html.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} has {} bands, no band {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Guide bands are given, but no guide image.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The DEM's own error is chosen, but no error in metres is given (DEM_ERROR).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>An own error in metres is given, but the elevation model is not set to 'own' (DEM_SOURCE).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The output pixel size must be more than 0.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Cancelled.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Unexpected {}: {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Please report this.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The backend could not be started with {}: {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The backend's environment is incomplete: {} is missing or was changed.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The backend was killed, most likely because the memory ran out.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose a smaller tile size, or close other programs.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The backend's environment is incomplete{}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The backend crashed (signal {}){}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Try another device; please report it if that does not help.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The backend ended with status {} and no result{}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Guide bands are three band numbers for near infrared, red and green, as in 4,3,2; not '{}'.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Band numbers begin at 1; the guide bands are '{}'.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The report {} cannot be read ({}).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The mask, {}, holds no polygons.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose a layer of polygons.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The mask, {}, has no CRS.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Set it in the layer's properties.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The mask, {}, has no features.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Select some, or leave the mask out.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A polygon of the mask, {}, lies outside of the reference's CRS.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Check the CRS of both.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The mask, {}, has no polygon.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose a layer that has one.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Try the sample</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Super-resolve DEM…</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Show the selected DEM as a relief</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Set up the backend…</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Help</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Sample: SRTM, 1 arc-second</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Sample: Landsat 7 image</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Select an elevation model, a raster of one band, among the layers first.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>'{}' is no https address.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Name one that begins with https://, or download the file yourself.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The address {} holds a user name or password.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Leave them out; they would be kept in QGIS's history.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>What {} sends cannot be stored: {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>See that the disk has room.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Cancelled; nothing was changed.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} holds more than {:.0f} MB.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Is it a model? If so, download it yourself and add the file.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>the answer has the status {}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} could not be fetched: {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Check the address and QGIS's network settings.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>An installation of the backend was interrupted ({}).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The backend is not installed.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The backend's environment is incomplete ({}).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The backend's Python is gone ({}).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The backend's environment lacks {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The backend was installed for another version of this plugin.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The backend is ready ({}, Python {}).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The plugin lacks {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Install the plugin again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Checking the new environment</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The backend's environment could not be written: {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>See that the disk has room and that no backend is running.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} was not made by SIRAN.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Move it away; SIRAN does not touch it.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} could not be removed: {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Close what uses it and try again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>it ended with status {}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The backend does not run in {}: {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} does not start</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} lacks the module venv or ensurepip (on Debian and Ubuntu: the package python3-venv)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} is no Python</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} is Python {}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>none was found</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The backend needs Python {} or newer ({}).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Install one and name it in the parameter PYTHON.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Making a virtual environment with Python {} ({})</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The virtual environment could not be made: {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Installing {} packages with pip ({})</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>pip could not install the backend's packages: {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Cancelled; the new environment was removed.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>status {}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The log has all that was said.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Cancelled; no output was written.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Run the algorithm 'Set up backend' (siran:setupbackend) first.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Run the algorithm 'Set up backend' (siran:setupbackend) again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Run the algorithm 'Set up backend' (siran:setupbackend) with the action repair.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Options &gt; Processing &gt; Providers &gt; SIRAN</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} names {}, which is no program.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Correct it, or unset {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The interpreter of the settings ({}), {}, is no program.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Name another, or take the managed environment.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Install the backend's requirements there, or unset {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Install the backend's requirements there, or take the managed environment in {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Save it as a GeoTIFF and use that.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Layer {} is no raster file ({}).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Layer {} has a filter.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Remove the filter, or save the layer as a GeoTIFF and use that.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Layer {} was opened with options of a driver.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Layer {} is a description of a raster that is in no file.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Layer {} lies in QGIS's memory ({}).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Layer {} lies on a server.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} {} — ratios {}, guide required</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} {} — ratios {}, guide optional</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{:g} to {:g}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The model {} needs a guide image: choose one, or another model.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>choose an output pixel size (RESOLUTION) of {} m on the ground, or another model</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The elevation model's pixel ({:.3g} m) is {:.3g} times the output's ({:.3g} m), and the model {} is for {}: {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Comes from</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>SIRAN (bundled)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>you (added)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Size</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{:.3g} MB</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>SHA-256</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>unknown</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>File</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Default</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>runs when no model is chosen</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Cannot be used</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>It has no card that can be read.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Title</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Version</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ratios</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{}; {} if nothing else is asked for</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Output pixel sizes</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} m</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Errors of the input</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>required</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>optional</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Licence of the weights</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>not stated</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Trained on</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Models of SIRAN</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>en</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} installed.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>What is known about {}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{}: {} ({})</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>no attribution</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>no licence stated</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} to {}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>It is a card without a model file.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} is a TorchScript file, which is a program that would run with your rights; only ONNX files are added.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask for the model as .onnx.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The folder {} cannot be written: {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} cannot be copied: {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>See that it can be read and that the disk has room.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A SHA-256 has 64 hexadecimal digits; '{}' is none.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Copy it again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} has the SHA-256 {}, not {}; nothing was added.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>It was damaged or exchanged on its way, or the sum is another file's.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The model calls itself '{}', which is no name for a file.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A name has up to 64 letters, digits, dots, dashes and underscores.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The model {} would stand beside {}, whose name differs in case only.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Remove {} first.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A model {} comes with SIRAN.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Allow to overwrite (OVERWRITE) to use the new one in its place.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A model {} is there already.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Allow to overwrite it (OVERWRITE).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Close what uses it, and see that the disk has room.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is no model '{}'.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Installed: {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>none</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The model {} comes with SIRAN and cannot be removed.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The model {} cannot be removed: {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Close what uses it.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} Set it up, once; then this dialog runs.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The backend is ready.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{}: heights</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The folder {} is no absolute path.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Name it from its root or drive on.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{} is no folder.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The folder {} cannot be written to.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Looking …</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Asking the backend …</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>SIRAN: looking at the backend's environment</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>SIRAN: asking for devices</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Test</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Testing …</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Stop</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>SIRAN: testing the backend</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The environment variable {} comes first. It names {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Available: {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>auto: the fastest that really loads</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>not known here</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Python that runs the backend</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>&amp;Managed environment (made by the algorithm 'Set up backend')</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>&amp;Interpreter of one's own, with the backend's requirements:</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Interpreter</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Runs that leave the choice open</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>all</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>&amp;Device</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Processor &amp;threads</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>What SIRAN installs and downloads</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Holds the managed environment and the models that you add. Empty: a folder in the profile. What lies in the old folder is not moved.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>&amp;Folder for environment and models</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Runs a known small input through the installed model, with what this page shows.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Answer of the test</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{:.0f} MB in {}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>there is no stored answer to compare with, but its values make sense</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>it gives its stored answer, to {:.2g} m</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>All is right. The model {} {} ran on {}, threads: {}; {} ({:.1f} s).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Find a file</source>
            <translation type="unfinished"></translation>
        </message>
    </context>
</TS>
