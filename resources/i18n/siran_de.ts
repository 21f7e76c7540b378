<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
    <context>
        <name>SIRAN</name>
        <message>
            <source>The page is {}; Processing &gt; Results Viewer shows where to open it.</source>
            <translation>Die Seite ist {}; Verarbeitung &gt; Ergebnisanzeige zeigt, wo sie zu öffnen ist.</translation>
        </message>
        <message>
            <source>By name: {}.</source>
            <translation>Namen für Skripte: {}.</translation>
        </message>
        <message>
            <source>{} is one of {}; not '{}'.</source>
            <translation>{} ist eines von {}; nicht „{}“.</translation>
        </message>
        <message>
            <source>{} is a number, as in 3.5; not '{}'.</source>
            <translation>{} ist eine Zahl, wie in 3.5 (mit Punkt); nicht „{}“.</translation>
        </message>
        <message>
            <source>{} is the number of a band, as in 1; not '{}'.</source>
            <translation>{} ist die Nummer eines Kanals, wie in 1; nicht „{}“.</translation>
        </message>
        <message>
            <source>{} is true or false; not '{}'.</source>
            <translation>{} ist true oder false; nicht „{}“.</translation>
        </message>
        <message>
            <source>{} is a text; not '{}'.</source>
            <translation>{} ist ein Text; nicht „{}“.</translation>
        </message>
        <message>
            <source>Compare DEM with reference</source>
            <translation>DHM mit Referenz vergleichen</translation>
        </message>
        <message>
            <source>dem,dtm,dsm,elevation,height,accuracy,error,difference,validation,rmse,nmad,le90,bias,coregistration,nuth,report</source>
            <translation>dhm,dgm,dom,höhenmodell,geländemodell,oberflächenmodell,höhe,genauigkeit,fehler,abweichung,differenz,vergleich,validierung,koregistrierung,bericht,dem,dtm,dsm,elevation,height,accuracy,error,difference,validation,rmse,nmad,le90,bias,coregistration,nuth,report</translation>
        </message>
        <message>
            <source>Measures how far elevation models are off a better one, and writes a report.</source>
            <translation>Misst, wie weit Höhenmodelle von einem besseren abweichen, und schreibt einen Bericht.</translation>
        </message>
        <message>
            <source>&lt;p&gt;Compares elevation models with a better one, the reference, on the reference's grid. Errors are tested minus reference, in metres: above 0 the tested model lies too high.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Report.&lt;/b&gt; One page with bias, RMSE, NMAD, LE90, structural similarity and errors of slope and curvature, over all pixels and by slope; with maps and histograms of the errors, and with how much relief there is at which wavelength. It needs nothing beside itself and can be passed on.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Mask.&lt;/b&gt; Pixels count where their centre lies in a polygon of this layer (all of its features, or the selected ones), or where the mask raster is known and not 0. To leave ground out, such as water or forest, draw what remains.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Coregistration.&lt;/b&gt; A DEM that lies some metres beside the reference is wrong on every slope. If you wish, each is also moved to where it fits best (Nuth and Kääb 2011) and measured again; the report says by how much. The error rasters are then those of the moved models.&lt;/p&gt;&lt;p&gt;&lt;b&gt;What it does not do.&lt;/b&gt; Vertical datums are not transformed; a difference is a warning. Feet become metres. The first band of each file holds the heights.&lt;/p&gt;&lt;p&gt;The work is done by a process of its own, with its own Python: see &lt;i&gt;Set up backend&lt;/i&gt;.&lt;/p&gt;</source>
            <translation>&lt;p&gt;Vergleicht Höhenmodelle mit einem besseren, der Referenz, auf dem Gitter der Referenz. Fehler sind geprüftes DHM minus Referenz, in Metern: Über 0 liegt das geprüfte DHM zu hoch.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Bericht.&lt;/b&gt; Eine Seite mit Bias, RMSE, NMAD, LE90, struktureller Ähnlichkeit und den Fehlern von Hangneigung und Krümmung, über alle Pixel und nach Hangneigung; mit Karten und Histogrammen der Fehler und damit, wie viel Relief bei welcher Wellenlänge vorhanden ist. Sie braucht keine weiteren Dateien und kann weitergegeben werden.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Maske.&lt;/b&gt; Es zählen Pixel, deren Mittelpunkt in einem Polygon dieses Layers liegt (aller seiner Objekte oder der ausgewählten) oder wo das Maskenraster einen Wert hat und dieser nicht 0 ist. Um Flächen auszunehmen, etwa Wasser oder Wald, zeichnen Sie das, was übrig bleibt.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Koregistrierung.&lt;/b&gt; Ein DHM, das einige Meter neben der Referenz liegt, ist an jedem Hang falsch. Auf Wunsch wird jedes auch dorthin verschoben, wo es am besten passt (Nuth und Kääb 2011), und noch einmal gemessen; der Bericht sagt, um wie viel. Die Fehlerraster sind dann die der verschobenen DHM.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Was nicht geschieht.&lt;/b&gt; Höhenbezugssysteme werden nicht transformiert; auf einen Unterschied wird hingewiesen. Fuß werden zu Metern. Der erste Kanal jeder Datei enthält die Höhen.&lt;/p&gt;&lt;p&gt;Die Arbeit erledigt ein eigener Prozess mit eigenem Python: siehe &lt;i&gt;Backend einrichten&lt;/i&gt;.&lt;/p&gt;</translation>
        </message>
        <message>
            <source>Elevation models to test</source>
            <translation>Zu prüfende Höhenmodelle</translation>
        </message>
        <message>
            <source>Raster files with elevations, in any CRS and on any grid. The numbers among the results are those of the first.</source>
            <translation>Rasterdateien mit Höhen, in beliebigem KBS und auf beliebigem Gitter. Die Zahlen unter den Ergebnissen sind die der ersten.</translation>
        </message>
        <message>
            <source>Reference elevation model</source>
            <translation>Referenzhöhenmodell</translation>
        </message>
        <message>
            <source>A raster file with better elevations; its grid is the one that is compared on.</source>
            <translation>Eine Rasterdatei mit besseren Höhen; auf ihrem Gitter wird verglichen.</translation>
        </message>
        <message>
            <source>Mask</source>
            <translation>Maske</translation>
        </message>
        <message>
            <source>Polygons of the ground that counts. Empty: all of it.</source>
            <translation>Polygone der Fläche, die zählt. Leer: alles.</translation>
        </message>
        <message>
            <source>Mask raster</source>
            <translation>Maskenraster</translation>
        </message>
        <message>
            <source>Instead of polygons: ground counts where the first band of this raster file is known and not 0.</source>
            <translation>Statt Polygonen: Es zählt, wo der erste Kanal dieser Rasterdatei einen Wert hat und dieser nicht 0 ist.</translation>
        </message>
        <message>
            <source>Also compare after coregistration</source>
            <translation>Auch nach Koregistrierung vergleichen</translation>
        </message>
        <message>
            <source>Moves each DEM to where it fits the reference best, and measures again.</source>
            <translation>Verschiebt jedes DHM dorthin, wo es am besten zur Referenz passt, und misst noch einmal.</translation>
        </message>
        <message>
            <source>Report</source>
            <translation>Bericht</translation>
        </message>
        <message>
            <source>HTML files (*.html)</source>
            <translation>HTML-Dateien (*.html)</translation>
        </message>
        <message>
            <source>One page that needs nothing else.</source>
            <translation>Eine Seite, die keine weiteren Dateien braucht.</translation>
        </message>
        <message>
            <source>Error raster</source>
            <translation>Fehlerraster</translation>
        </message>
        <message>
            <source>Tested minus reference, metres. For one tested DEM.</source>
            <translation>Geprüftes DHM minus Referenz, in Metern. Für ein einzelnes geprüftes DHM.</translation>
        </message>
        <message>
            <source>Folder for error rasters</source>
            <translation>Ordner für Fehlerraster</translation>
        </message>
        <message>
            <source>Gets a file NAME_error.tif for each tested DEM.</source>
            <translation>Erhält für jedes geprüfte DHM eine Datei NAME_error.tif.</translation>
        </message>
        <message>
            <source>Figures as JSON</source>
            <translation>Kennzahlen als JSON</translation>
        </message>
        <message>
            <source>JSON files (*.json)</source>
            <translation>JSON-Dateien (*.json)</translation>
        </message>
        <message>
            <source>All that the report says, for programs.</source>
            <translation>Alles, was der Bericht sagt, für Programme.</translation>
        </message>
        <message>
            <source>Error rasters</source>
            <translation>Fehlerraster</translation>
        </message>
        <message>
            <source>Bias (m)</source>
            <translation>Bias (m)</translation>
        </message>
        <message>
            <source>RMSE (m)</source>
            <translation>RMSE (m)</translation>
        </message>
        <message>
            <source>NMAD (m)</source>
            <translation>NMAD (m)</translation>
        </message>
        <message>
            <source>LE90 (m)</source>
            <translation>LE90 (m)</translation>
        </message>
        <message>
            <source>{} after coregistration</source>
            <translation>{} nach Koregistrierung</translation>
        </message>
        <message>
            <source>{} is the reference and a tested DEM at once.</source>
            <translation>{} ist zugleich die Referenz und ein geprüftes DHM.</translation>
        </message>
        <message>
            <source>Choose another.</source>
            <translation>Wählen Sie ein anderes.</translation>
        </message>
        <message>
            <source>There are two masks, polygons (MASK) and a raster (MASK_RASTER).</source>
            <translation>Es gibt zwei Masken, Polygone (MASK) und ein Raster (MASK_RASTER).</translation>
        </message>
        <message>
            <source>Leave one out.</source>
            <translation>Lassen Sie eines weg.</translation>
        </message>
        <message>
            <source>Nothing is to be written.</source>
            <translation>Es soll nichts geschrieben werden.</translation>
        </message>
        <message>
            <source>Name a report (REPORT), an error raster (ERROR, ERROR_FOLDER) or a file for the figures (JSON).</source>
            <translation>Geben Sie einen Bericht (REPORT), ein Fehlerraster (ERROR, ERROR_FOLDER) oder eine Datei für die Kennzahlen (JSON) an.</translation>
        </message>
        <message>
            <source>{}, {}, does not end with {}.</source>
            <translation>{}, {}, endet nicht auf {}.</translation>
        </message>
        <message>
            <source>Error rasters go to a file (ERROR) or to a folder (ERROR_FOLDER), not to both.</source>
            <translation>Fehlerraster kommen in eine Datei (ERROR) oder in einen Ordner (ERROR_FOLDER), nicht in beides.</translation>
        </message>
        <message>
            <source>One error raster (ERROR) cannot hold the errors of {} DEMs.</source>
            <translation>Ein einzelnes Fehlerraster (ERROR) kann die Fehler von {} DHM nicht aufnehmen.</translation>
        </message>
        <message>
            <source>Name a folder instead (ERROR_FOLDER); each gets a file there.</source>
            <translation>Geben Sie stattdessen einen Ordner an (ERROR_FOLDER); jedes bekommt dort eine Datei.</translation>
        </message>
        <message>
            <source>{} is no raster that can be opened (TESTED).</source>
            <translation>{} ist kein Raster, das sich öffnen lässt (TESTED).</translation>
        </message>
        <message>
            <source>No elevation model to test is given (TESTED).</source>
            <translation>Es ist kein zu prüfendes Höhenmodell angegeben (TESTED).</translation>
        </message>
        <message>
            <source>{} is no raster (TESTED).</source>
            <translation>{} ist kein Raster (TESTED).</translation>
        </message>
        <message>
            <source>The mask cannot be written for the backend ({}).</source>
            <translation>Die Maske kann nicht für das Backend geschrieben werden ({}).</translation>
        </message>
        <message>
            <source>Free some space where QGIS keeps temporary files.</source>
            <translation>Dort Platz schaffen, wo QGIS temporäre Dateien ablegt.</translation>
        </message>
        <message>
            <source>The mask was written as {}, which QGIS deletes in the end. To repeat the command of a report, keep a copy.</source>
            <translation>Die Maske wurde als {} geschrieben, was QGIS am Ende löscht. Um den Befehl eines Berichts zu wiederholen, ist eine Kopie aufzuheben.</translation>
        </message>
        <message>
            <source>no pixel counts</source>
            <translation>kein Pixel zählt</translation>
        </message>
        <message>
            <source>raw</source>
            <translation>unverschoben</translation>
        </message>
        <message>
            <source>coregistered</source>
            <translation>koregistriert</translation>
        </message>
        <message>
            <source>{} ({}): {}</source>
            <translation>{} ({}): {}</translation>
        </message>
        <message>
            <source>The folder {} cannot be made ({}).</source>
            <translation>Der Ordner {} kann nicht angelegt werden ({}).</translation>
        </message>
        <message>
            <source>Name another.</source>
            <translation>Geben Sie einen anderen an.</translation>
        </message>
        <message>
            <source>List</source>
            <translation>Auflisten</translation>
        </message>
        <message>
            <source>Add</source>
            <translation>Hinzufügen</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>Entfernen</translation>
        </message>
        <message>
            <source>Manage models</source>
            <translation>Modelle verwalten</translation>
        </message>
        <message>
            <source>model,network,weights,onnx,download,install,licence,attribution,card,siran</source>
            <translation>modell,netz,gewichte,herunterladen,installieren,lizenz,quellenangabe,modellkarte,model,network,weights,onnx,download,install,licence,attribution,card,siran</translation>
        </message>
        <message>
            <source>Lists, adds and removes the models that make elevation models finer.</source>
            <translation>Listet die Modelle auf, die Höhenmodelle verfeinern, fügt welche hinzu und entfernt sie.</translation>
        </message>
        <message>
            <source>&lt;p&gt;A model is one ONNX file with a card inside: for which pixel ratios and sizes it was trained, whether it needs a guide image, its licence, and on whose data it was trained.&lt;/p&gt;&lt;p&gt;&lt;b&gt;List&lt;/b&gt; shows the cards of all installed models, in the log and as a page. &lt;b&gt;Add&lt;/b&gt; takes a file, or an https address together with the SHA-256 that its publisher states; the backend checks it before it is put in place. A model that is there already is replaced only if you allow it. &lt;b&gt;Remove&lt;/b&gt; deletes a model that you added, by its name; bundled ones stay.&lt;/p&gt;&lt;p&gt;Whatever fails or is cancelled leaves things as they were.&lt;/p&gt;&lt;p&gt;What a model makes of your data is its maker's doing: add models from people you trust.&lt;/p&gt;</source>
            <translation>&lt;p&gt;Ein Modell ist eine ONNX-Datei, die eine Modellkarte enthält: für welche Pixelverhältnisse und Pixelgrößen es trainiert wurde, ob es ein Führungsbild braucht, seine Lizenz und mit wessen Daten es trainiert wurde.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Auflisten&lt;/b&gt; zeigt die Modellkarten aller installierten Modelle, im Protokoll und als Seite. &lt;b&gt;Hinzufügen&lt;/b&gt; nimmt eine Datei oder eine https-Adresse mit der SHA-256-Prüfsumme, die der Herausgeber nennt; das Backend prüft die Datei, bevor sie übernommen wird. Ein Modell, das schon vorhanden ist, wird nur ersetzt, wenn Sie es erlauben. &lt;b&gt;Entfernen&lt;/b&gt; löscht ein von Ihnen hinzugefügtes Modell anhand seines Namens; mitgelieferte bleiben.&lt;/p&gt;&lt;p&gt;Was fehlschlägt oder abgebrochen wird, lässt alles, wie es war.&lt;/p&gt;&lt;p&gt;Was ein Modell aus Ihren Daten macht, bestimmt sein Hersteller: Fügen Sie nur Modelle aus Quellen hinzu, denen Sie vertrauen.&lt;/p&gt;</translation>
        </message>
        <message>
            <source>What to do</source>
            <translation>Aktion</translation>
        </message>
        <message>
            <source>Model file to add</source>
            <translation>Hinzuzufügende Modelldatei</translation>
        </message>
        <message>
            <source>ONNX models (*.onnx);;All files (*)</source>
            <translation>ONNX-Modelle (*.onnx);;Alle Dateien (*)</translation>
        </message>
        <message>
            <source>An ONNX file with a card. It is copied.</source>
            <translation>Eine ONNX-Datei mit Modellkarte. Sie wird kopiert.</translation>
        </message>
        <message>
            <source>Or address to add from</source>
            <translation>Oder Adresse der hinzuzufügenden Datei</translation>
        </message>
        <message>
            <source>Begins with https://. Fetched with QGIS's network settings; up to {:.0f} MB.</source>
            <translation>Beginnt mit https://. Wird mit den Netzwerkeinstellungen von QGIS abgerufen; bis zu {:.0f} MB.</translation>
        </message>
        <message>
            <source>SHA-256 of the model</source>
            <translation>SHA-256 des Modells</translation>
        </message>
        <message>
            <source>64 hexadecimal digits, as the publisher states them. Needed for an address; a file is checked against it where given.</source>
            <translation>64 hexadezimale Ziffern, wie der Herausgeber sie nennt. Für eine Adresse erforderlich; eine Datei wird damit verglichen, wenn sie angegeben sind.</translation>
        </message>
        <message>
            <source>Name of the model to remove</source>
            <translation>Name des zu entfernenden Modells</translation>
        </message>
        <message>
            <source>As the list shows it.</source>
            <translation>So, wie ihn die Liste zeigt.</translation>
        </message>
        <message>
            <source>Replace a model of the same name</source>
            <translation>Modell gleichen Namens ersetzen</translation>
        </message>
        <message>
            <source>Only when adding.</source>
            <translation>Nur beim Hinzufügen.</translation>
        </message>
        <message>
            <source>Page about the models</source>
            <translation>Seite über die Modelle</translation>
        </message>
        <message>
            <source>The list as it is afterwards.</source>
            <translation>Die Liste, wie sie danach ist.</translation>
        </message>
        <message>
            <source>Names of the installed models</source>
            <translation>Namen der installierten Modelle</translation>
        </message>
        <message>
            <source>Model that was added or removed</source>
            <translation>Modell, das hinzugefügt oder entfernt wurde</translation>
        </message>
        <message>
            <source>SHA-256 of the model that was added</source>
            <translation>SHA-256 des hinzugefügten Modells</translation>
        </message>
        <message>
            <source>There is no folder {}.</source>
            <translation>Es gibt keinen Ordner {}.</translation>
        </message>
        <message>
            <source>Removed {}.</source>
            <translation>{} wurde entfernt.</translation>
        </message>
        <message>
            <source>{} cannot be written: {}.</source>
            <translation>{} kann nicht geschrieben werden: {}.</translation>
        </message>
        <message>
            <source>The page about the models is HTML; {} does not end with .html.</source>
            <translation>Die Seite über die Modelle ist HTML; {} endet nicht auf .html.</translation>
        </message>
        <message>
            <source>To add a model, name either a file (FILE) or an address (URL).</source>
            <translation>Um ein Modell hinzuzufügen, geben Sie entweder eine Datei (FILE) oder eine Adresse (URL) an.</translation>
        </message>
        <message>
            <source>An address needs the SHA-256 of what is to be fetched (SHA256).</source>
            <translation>Zu einer Adresse gehört die SHA-256-Prüfsumme dessen, was abgerufen werden soll (SHA256).</translation>
        </message>
        <message>
            <source>Without it nobody would notice another file in its place.</source>
            <translation>Ohne sie würde niemand bemerken, wenn dort eine andere Datei liegt.</translation>
        </message>
        <message>
            <source>There is no file {}.</source>
            <translation>Es gibt keine Datei {}.</translation>
        </message>
        <message>
            <source>To remove a model, give its name (NAME).</source>
            <translation>Um ein Modell zu entfernen, geben Sie seinen Namen an (NAME).</translation>
        </message>
        <message>
            <source>Fetching {}</source>
            <translation>{} wird abgerufen</translation>
        </message>
        <message>
            <source>Checking the model</source>
            <translation>Das Modell wird geprüft</translation>
        </message>
        <message>
            <source>Added {} as {}.</source>
            <translation>{} wurde als {} hinzugefügt.</translation>
        </message>
        <message>
            <source>The backend did not see it.</source>
            <translation>Das Backend hat es nicht gesehen.</translation>
        </message>
        <message>
            <source>Nothing was added.</source>
            <translation>Es wurde nichts hinzugefügt.</translation>
        </message>
        <message>
            <source>The models' files were not checked: {}</source>
            <translation>Die Modelldateien wurden nicht geprüft: {}</translation>
        </message>
        <message>
            <source>No model is installed.</source>
            <translation>Es ist kein Modell installiert.</translation>
        </message>
        <message>
            <source>Create</source>
            <translation>Erstellen</translation>
        </message>
        <message>
            <source>Repair (install anew)</source>
            <translation>Reparieren (neu installieren)</translation>
        </message>
        <message>
            <source>As installed; at first for the processor</source>
            <translation>Wie installiert; beim ersten Mal für den Prozessor</translation>
        </message>
        <message>
            <source>Processor</source>
            <translation>Prozessor</translation>
        </message>
        <message>
            <source>NVIDIA graphics card (CUDA)</source>
            <translation>NVIDIA-Grafikkarte (CUDA)</translation>
        </message>
        <message>
            <source>Set up backend</source>
            <translation>Backend einrichten</translation>
        </message>
        <message>
            <source>install,setup,python,venv,pip,environment,onnxruntime,siran</source>
            <translation>installieren,einrichten,installation,umgebung,install,setup,python,venv,pip,environment,onnxruntime,siran</translation>
        </message>
        <message>
            <source>Creates, repairs, reports on or removes the Python environment in which SIRAN does its work.</source>
            <translation>Erstellt, repariert oder entfernt die Python-Umgebung, in der SIRAN arbeitet, oder berichtet über sie.</translation>
        </message>
        <message>
            <source>&lt;p&gt;SIRAN does its work in a Python of its own, so that nothing is ever installed into QGIS's. This algorithm looks after it.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Create&lt;/b&gt; makes a virtual environment in your QGIS profile (or in the folder of the settings) and installs pinned packages into it with pip (about 150 MB to download; several GB for NVIDIA). &lt;b&gt;Repair&lt;/b&gt; does it anew. Whatever was there stays in use until the new one has passed its check; cancelling leaves things as they were. &lt;b&gt;Report&lt;/b&gt; says what is there. &lt;b&gt;Remove&lt;/b&gt; deletes it.&lt;/p&gt;&lt;p&gt;It needs Python 3.11 to 3.14 to start from; QGIS's own is taken where it is new enough. Another one can be named.&lt;/p&gt;&lt;p&gt;If the environment variable &lt;code&gt;SIRAN_PYTHON&lt;/code&gt; or the settings (Options &gt; Processing &gt; Providers &gt; SIRAN) name an interpreter, that one runs the backend instead. There is also a test of it all, and another folder can be chosen.&lt;/p&gt;</source>
            <translation>&lt;p&gt;SIRAN arbeitet in einem eigenen Python, sodass in das von QGIS nie etwas installiert wird. Dieser Algorithmus kümmert sich darum.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Erstellen&lt;/b&gt; legt in Ihrem QGIS-Profil (oder im Ordner aus den Einstellungen) eine virtuelle Umgebung an und installiert mit pip Pakete in festgelegten Versionen (etwa 150 MB herunterzuladen; mehrere GB für NVIDIA). &lt;b&gt;Reparieren&lt;/b&gt; macht das neu. Was vorher da war, bleibt in Gebrauch, bis das Neue seine Prüfung bestanden hat; ein Abbruch lässt alles, wie es war. &lt;b&gt;Bericht&lt;/b&gt; sagt, was vorhanden ist. &lt;b&gt;Entfernen&lt;/b&gt; löscht es.&lt;/p&gt;&lt;p&gt;Gebraucht wird Python 3.11 bis 3.14; das von QGIS wird genommen, wenn es neu genug ist. Ein anderes kann angegeben werden.&lt;/p&gt;&lt;p&gt;Wenn die Umgebungsvariable &lt;code&gt;SIRAN_PYTHON&lt;/code&gt; oder die Einstellungen (Optionen &gt; Verarbeitung &gt; Datenanbieter &gt; SIRAN) einen Interpreter nennen, führt dieser stattdessen das Backend aus. Dort lässt sich auch alles testen und ein anderer Ordner wählen.&lt;/p&gt;</translation>
        </message>
        <message>
            <source>Made for</source>
            <translation>Ausgelegt für</translation>
        </message>
        <message>
            <source>Which kind of ONNX Runtime to install.</source>
            <translation>Welche Art von ONNX Runtime installiert wird.</translation>
        </message>
        <message>
            <source>Python to start from</source>
            <translation>Python als Grundlage</translation>
        </message>
        <message>
            <source>All files (*)</source>
            <translation>Alle Dateien (*)</translation>
        </message>
        <message>
            <source>An interpreter, 3.11 to 3.14. Empty: found.</source>
            <translation>Ein Interpreter, 3.11 bis 3.14. Leer: wird gesucht.</translation>
        </message>
        <message>
            <source>State</source>
            <translation>Zustand</translation>
        </message>
        <message>
            <source>Folder</source>
            <translation>Ordner</translation>
        </message>
        <message>
            <source>Python version</source>
            <translation>Python-Version</translation>
        </message>
        <message>
            <source>Size in MB</source>
            <translation>Größe in MB</translation>
        </message>
        <message>
            <source>{} Nothing to do.</source>
            <translation>{} Nichts zu tun.</translation>
        </message>
        <message>
            <source>The backend is ready in {}.</source>
            <translation>Das Backend ist bereit in {}.</translation>
        </message>
        <message>
            <source>There was nothing to remove.</source>
            <translation>Es gab nichts zu entfernen.</translation>
        </message>
        <message>
            <source>Folder: {} ({:.0f} MB)</source>
            <translation>Ordner: {} ({:.0f} MB)</translation>
        </message>
        <message>
            <source>The page {}</source>
            <translation>Die Seite {}</translation>
        </message>
        <message>
            <source>{} names another interpreter, which is used instead: {}</source>
            <translation>{} nennt einen anderen Interpreter, der stattdessen benutzt wird: {}</translation>
        </message>
        <message>
            <source>{} is missing or was changed. {}</source>
            <translation>{} fehlt oder wurde verändert. {}</translation>
        </message>
        <message>
            <source>SIRAN backend {}, Python {}</source>
            <translation>SIRAN-Backend {}, Python {}</translation>
        </message>
        <message>
            <source>available</source>
            <translation>verfügbar</translation>
        </message>
        <message>
            <source>not available</source>
            <translation>nicht verfügbar</translation>
        </message>
        <message>
            <source>Device {}: {}</source>
            <translation>Gerät {}: {}</translation>
        </message>
        <message>
            <source>Model {}: {}</source>
            <translation>Modell {}: {}</translation>
        </message>
        <message>
            <source>Found from metadata or file name</source>
            <translation>Aus Metadaten oder Dateinamen ermittelt</translation>
        </message>
        <message>
            <source>SRTM</source>
            <translation>SRTM</translation>
        </message>
        <message>
            <source>NASADEM</source>
            <translation>NASADEM</translation>
        </message>
        <message>
            <source>Copernicus GLO-30</source>
            <translation>Copernicus GLO-30</translation>
        </message>
        <message>
            <source>ASTER GDEM</source>
            <translation>ASTER GDEM</translation>
        </message>
        <message>
            <source>ALOS AW3D30</source>
            <translation>ALOS AW3D30</translation>
        </message>
        <message>
            <source>Lidar or photogrammetric</source>
            <translation>Lidar oder photogrammetrisch</translation>
        </message>
        <message>
            <source>Own error in metres</source>
            <translation>Eigener Fehler in Metern</translation>
        </message>
        <message>
            <source>Super-resolve DEM</source>
            <translation>DHM verfeinern (Super-Resolution)</translation>
        </message>
        <message>
            <source>dem,dtm,dsm,elevation,height,super-resolution,upsample,downscale,sharpen,resample,srtm,copernicus,neural network</source>
            <translation>dhm,dgm,dom,höhenmodell,geländemodell,oberflächenmodell,höhe,superauflösung,verfeinern,schärfen,auflösung,abtastung,neuronales netz,dem,dtm,dsm,elevation,height,super-resolution,upsample,downscale,sharpen,resample,srtm,copernicus,neural network</translation>
        </message>
        <message>
            <source>Makes a coarse elevation model finer, with the help of a sharper image where there is one.</source>
            <translation>Verfeinert ein grobes Höhenmodell, mithilfe eines schärferen Bildes, wo es eines gibt.</translation>
        </message>
        <message>
            <source>&lt;p&gt;Makes a coarse elevation model (SRTM, Copernicus GLO-30, ...) finer with a trained network, and writes it as a Cloud Optimized GeoTIFF. A sharper multispectral image of the same ground can help where it lies on the DEM to within a pixel: slopes that its shading shows are put where they are.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Guide.&lt;/b&gt; An image with near infrared, red and green (Landsat, Sentinel-2, aerial), in any CRS and on any grid. The result lies exactly on its grid, unless an output pixel size is chosen. Without a guide the result has the DEM's CRS and its pixel divided by the model's ratio.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Guide bands.&lt;/b&gt; Three band numbers in this order: near infrared, red, green, as in &lt;code&gt;4,3,2&lt;/code&gt;. Leave empty if the image says itself which band is which.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Which DEM it is.&lt;/b&gt; Tells the network how wrong the input may be. SRTM's errors are metres, and too smooth to be seen in it; lidar is to be sharpened and otherwise left alone. What neither metadata nor the file's name tells is trusted.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Thorough.&lt;/b&gt; The model runs four times, with the ground turned by 0, 90, 180 and 270°, and the results are averaged. That takes nearly four times as long, and RMSE becomes up to 4 % smaller.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Uncertainty and difference.&lt;/b&gt; Two more rasters on the result's grid, if asked for. &lt;i&gt;Uncertainty&lt;/i&gt; is the error that the model expects, 1 standard deviation: 68 % of the errors should lie within it, 95 % within twice as much. &lt;i&gt;Difference&lt;/i&gt; is what the model changed: the result minus the input by cubic resampling. Both are in the unit of the heights.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Report.&lt;/b&gt; One self-contained page, if asked for: before and after as shaded reliefs, what was changed and where, profiles, the inputs, what is known about the model, and how to repeat it.&lt;/p&gt;&lt;p&gt;&lt;b&gt;What it does not do.&lt;/b&gt; Heights keep their vertical datum and unit. Gaps stay gaps. Trees and houses stay, and no sinks are filled.&lt;/p&gt;&lt;p&gt;The work is done by a process of its own, with its own Python: see &lt;i&gt;Set up backend&lt;/i&gt;.&lt;/p&gt;</source>
            <translation>&lt;p&gt;Verfeinert ein grobes Höhenmodell (SRTM, Copernicus GLO-30, ...) mit einem trainierten Netz und schreibt es als Cloud Optimized GeoTIFF. Ein schärferes multispektrales Bild desselben Geländes kann helfen, wenn es bis auf ein Pixel genau auf dem DHM liegt: Hänge, die seine Schattierung zeigt, kommen dorthin, wo sie liegen.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Führungsbild.&lt;/b&gt; Ein Bild mit nahem Infrarot, Rot und Grün (Landsat, Sentinel-2, Luftbild), in beliebigem KBS und auf beliebigem Gitter. Das Ergebnis liegt genau auf seinem Gitter, außer wenn eine Pixelgröße der Ausgabe gewählt ist. Ohne Führungsbild hat das Ergebnis das KBS des DHM und dessen Pixelgröße, geteilt durch das Verhältnis des Modells.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Kanäle des Führungsbilds.&lt;/b&gt; Drei Kanalnummern in dieser Reihenfolge: nahes Infrarot, Rot, Grün, wie in &lt;code&gt;4,3,2&lt;/code&gt;. Lassen Sie das Feld leer, wenn das Bild selbst sagt, welcher Kanal welcher ist.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Welches DHM es ist.&lt;/b&gt; Sagt dem Netz, wie falsch die Eingabe sein kann. Die Fehler von SRTM betragen Meter und sind zu sanft, als dass man sie ihm ansähe; Lidar soll geschärft werden und sonst unverändert bleiben. Was weder Metadaten noch Dateiname verraten, dem wird vertraut.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Gründlich.&lt;/b&gt; Das Modell läuft viermal, auf dem um 0, 90, 180 und 270° gedrehten Gelände, und die Ergebnisse werden gemittelt. Das dauert fast viermal so lange, und der RMSE wird um bis zu 4 % kleiner.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Unsicherheit und Differenz.&lt;/b&gt; Auf Wunsch zwei weitere Raster auf dem Gitter des Ergebnisses. &lt;i&gt;Unsicherheit&lt;/i&gt; ist der Fehler, den das Modell erwartet, 1 Standardabweichung: 68 % der Fehler sollten darin liegen, 95 % im Doppelten davon. &lt;i&gt;Differenz&lt;/i&gt; ist, was das Modell verändert hat: das Ergebnis minus die Eingabe nach kubischer Abtastung. Beide sind in der Einheit der Höhen.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Bericht.&lt;/b&gt; Auf Wunsch eine Seite, die keine weiteren Dateien braucht: vorher und nachher als Schummerung, was wo verändert wurde, Profile, die Eingaben, was über das Modell bekannt ist und wie man es wiederholt.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Was nicht geschieht.&lt;/b&gt; Höhen behalten ihr Höhenbezugssystem und ihre Einheit. Lücken bleiben Lücken. Bäume und Häuser bleiben stehen, Senken werden nicht gefüllt.&lt;/p&gt;&lt;p&gt;Die Arbeit erledigt ein eigener Prozess mit eigenem Python: siehe &lt;i&gt;Backend einrichten&lt;/i&gt;.&lt;/p&gt;</translation>
        </message>
        <message>
            <source>Coarse elevation model</source>
            <translation>Grobes Höhenmodell</translation>
        </message>
        <message>
            <source>A raster file with elevations and a CRS.</source>
            <translation>Eine Rasterdatei mit Höhen und einem KBS.</translation>
        </message>
        <message>
            <source>Elevation band</source>
            <translation>Höhenkanal</translation>
        </message>
        <message>
            <source>The band that holds elevations; the first if none is given.</source>
            <translation>Der Kanal, der die Höhen enthält; der erste, wenn keiner angegeben ist.</translation>
        </message>
        <message>
            <source>Guide image</source>
            <translation>Führungsbild</translation>
        </message>
        <message>
            <source>A finer image of the same ground with near infrared, red and green. Any CRS, any grid; it gives the output's grid, unless a pixel size is chosen.</source>
            <translation>Ein feineres Bild desselben Geländes mit nahem Infrarot, Rot und Grün. Beliebiges KBS, beliebiges Gitter; von ihm hat die Ausgabe ihr Gitter, wenn keine Pixelgröße gewählt ist.</translation>
        </message>
        <message>
            <source>Guide bands: near infrared, red, green</source>
            <translation>Kanäle des Führungsbilds: NIR, Rot, Grün</translation>
        </message>
        <message>
            <source>Three band numbers in this order, as in 4,3,2. Empty: found from the image's metadata.</source>
            <translation>Drei Kanalnummern in dieser Reihenfolge, wie in 4,3,2. Leer: aus den Metadaten des Bildes ermittelt.</translation>
        </message>
        <message>
            <source>Model</source>
            <translation>Modell</translation>
        </message>
        <message>
            <source>An installed model by name, or a model file. Empty: the default, {}.</source>
            <translation>Der Name eines installierten Modells oder eine Modelldatei. Leer: das Standardmodell, {}.</translation>
        </message>
        <message>
            <source>Default: {}</source>
            <translation>Standard: {}</translation>
        </message>
        <message>
            <source>Models (*.onnx)</source>
            <translation>Modelle (*.onnx)</translation>
        </message>
        <message>
            <source>Which elevation model it is</source>
            <translation>Welches Höhenmodell es ist</translation>
        </message>
        <message>
            <source>Tells the model how wrong the input is expected to be.</source>
            <translation>Sagt dem Modell, wie falsch die Eingabe voraussichtlich ist.</translation>
        </message>
        <message>
            <source>Expected error of the input, 1 standard deviation; 0: trust it. Only with the choice 'own'.</source>
            <translation>Erwarteter Fehler der Eingabe, 1 Standardabweichung; 0: ihr vertrauen. Nur mit der Wahl „Eigener Fehler in Metern“ (own).</translation>
        </message>
        <message>
            <source>Output pixel size</source>
            <translation>Pixelgröße der Ausgabe</translation>
        </message>
        <message>
            <source>In units of the output's CRS. Empty: the guide's grid, or without a guide the input's pixel divided by the model's ratio.</source>
            <translation>In Einheiten des KBS der Ausgabe. Leer: das Gitter des Führungsbilds oder, ohne Führungsbild, die Pixelgröße der Eingabe, geteilt durch das Verhältnis des Modells.</translation>
        </message>
        <message>
            <source>Extent</source>
            <translation>Ausdehnung</translation>
        </message>
        <message>
            <source>Limits the output to a rectangle. Empty: all of the input; where the guide gives the grid, as far as the guide goes.</source>
            <translation>Begrenzt die Ausgabe auf ein Rechteck. Leer: die ganze Eingabe; wo das Führungsbild das Gitter gibt, so weit es reicht.</translation>
        </message>
        <message>
            <source>Grid of another raster</source>
            <translation>Gitter eines anderen Rasters</translation>
        </message>
        <message>
            <source>The output gets the CRS, pixels and extent of this raster, such as one that it will be compared with; not with a pixel size.</source>
            <translation>Die Ausgabe bekommt KBS, Pixel und Ausdehnung dieses Rasters, etwa eines, mit dem sie verglichen werden soll; nicht zusammen mit einer Pixelgröße.</translation>
        </message>
        <message>
            <source>Thorough: mean over four orientations</source>
            <translation>Gründlich: Mittel über vier Ausrichtungen</translation>
        </message>
        <message>
            <source>The model also runs on the ground turned by quarters: smaller errors, in nearly four times the time.</source>
            <translation>Das Modell läuft auch auf dem um Vierteldrehungen gedrehten Gelände: kleinere Fehler, in fast der vierfachen Zeit.</translation>
        </message>
        <message>
            <source>Device</source>
            <translation>Gerät</translation>
        </message>
        <message>
            <source>auto (the one of the settings, else the fastest that really loads), cpu, cuda, tensorrt, or another name that ONNX Runtime offers.</source>
            <translation>auto (das aus den Einstellungen, sonst das schnellste, das sich wirklich laden lässt), cpu, cuda, tensorrt oder ein anderer Name, den ONNX Runtime anbietet.</translation>
        </message>
        <message>
            <source>Tile size in output pixels</source>
            <translation>Kachelgröße in Pixeln der Ausgabe</translation>
        </message>
        <message>
            <source>16 to 8192. Empty: 1280, which takes some 2.3 GB of memory. The result depends on it by millimetres at most.</source>
            <translation>16 bis 8192. Leer: 1280, wofür etwa 2,3 GB Speicher gebraucht werden. Das Ergebnis hängt höchstens um Millimeter davon ab.</translation>
        </message>
        <message>
            <source>Processor threads</source>
            <translation>Prozessor-Threads</translation>
        </message>
        <message>
            <source>Empty: as in the settings, else all.</source>
            <translation>Leer: wie in den Einstellungen, sonst alle.</translation>
        </message>
        <message>
            <source>Super-resolved DEM</source>
            <translation>Verfeinertes DHM</translation>
        </message>
        <message>
            <source>Uncertainty</source>
            <translation>Unsicherheit</translation>
        </message>
        <message>
            <source>The error that the model expects, 1 standard deviation, in the unit of the heights. Not every model tells it.</source>
            <translation>Der Fehler, den das Modell erwartet, 1 Standardabweichung, in der Einheit der Höhen. Nicht jedes Modell gibt ihn an.</translation>
        </message>
        <message>
            <source>Difference from cubic resampling</source>
            <translation>Differenz zur kubischen Abtastung</translation>
        </message>
        <message>
            <source>What the model changed: the result minus the input by cubic resampling, in the unit of the heights.</source>
            <translation>Was das Modell verändert hat: das Ergebnis minus die Eingabe nach kubischer Abtastung, in der Einheit der Höhen.</translation>
        </message>
        <message>
            <source>One page that says what was changed, from what and how. It needs nothing else.</source>
            <translation>Eine Seite, die sagt, was verändert wurde, woraus und wie. Sie braucht keine weiteren Dateien.</translation>
        </message>
        <message>
            <source>Device that really ran</source>
            <translation>Gerät, das wirklich gerechnet hat</translation>
        </message>
        <message>
            <source>Seconds</source>
            <translation>Sekunden</translation>
        </message>
        <message>
            <source>Output pixels</source>
            <translation>Pixel der Ausgabe</translation>
        </message>
        <message>
            <source>Pixel size in metres</source>
            <translation>Pixelgröße in Metern</translation>
        </message>
        <message>
            <source>Model name</source>
            <translation>Name des Modells</translation>
        </message>
        <message>
            <source>Model sha256</source>
            <translation>SHA-256 des Modells</translation>
        </message>
        <message>
            <source>It is the device of the settings (Settings &gt; Options &gt; Processing &gt; Providers &gt; SIRAN). Choose another.</source>
            <translation>Es ist das Gerät aus den Einstellungen (Einstellungen &gt; Optionen &gt; Verarbeitung &gt; Datenanbieter &gt; SIRAN). Bitte ein anderes wählen.</translation>
        </message>
        <message>
            <source>{} x {} pixels in {} s with model {} on {}</source>
            <translation>{} x {} Pixel in {} s mit dem Modell {} auf {}</translation>
        </message>
        <message>
            <source>The output is a GeoTIFF; {} does not end with .tif.</source>
            <translation>Die Ausgabe ist ein GeoTIFF; {} endet nicht auf .tif.</translation>
        </message>
        <message>
            <source>{} is named twice, as {} and as {}. Name another file for one of them.</source>
            <translation>{} ist zweimal genannt, als {} und als {}. Bitte für eins davon eine andere Datei nennen.</translation>
        </message>
        <message>
            <source>The report is a page; {} does not end with .html.</source>
            <translation>Der Bericht ist eine Seite; {} endet nicht auf .html.</translation>
        </message>
        <message>
            <source>{} has no band {}; the number of its bands is {}.</source>
            <translation>{} hat keinen Kanal {}; die Zahl der Kanäle ist {}.</translation>
        </message>
        <message>
            <source>The guide image, {}, has fewer than three bands: are the elevation model and the guide exchanged? Of a panchromatic image give the band three times, as 1,1,1 (GUIDE_BANDS); one band is of little use, and may do harm.</source>
            <translation>Das Führungsbild {} hat weniger als drei Kanäle: Sind Höhenmodell und Führungsbild vertauscht? Bei einem panchromatischen Bild den Kanal dreimal angeben, als 1,1,1 (GUIDE_BANDS); ein einziger Kanal nützt wenig und kann schaden.</translation>
        </message>
        <message>
            <source>Guide bands are given, but no guide image.</source>
            <translation>Es sind Kanäle des Führungsbilds angegeben, aber kein Führungsbild.</translation>
        </message>
        <message>
            <source>The DEM's own error is chosen, but no error in metres is given (DEM_ERROR).</source>
            <translation>Der eigene Fehler des DHM ist gewählt, aber es ist kein Fehler in Metern angegeben (DEM_ERROR).</translation>
        </message>
        <message>
            <source>An own error in metres is given, but the elevation model is not set to 'own' (DEM_SOURCE).</source>
            <translation>Ein eigener Fehler in Metern ist angegeben, aber das Höhenmodell ist nicht auf „own“ gesetzt (DEM_SOURCE).</translation>
        </message>
        <message>
            <source>The output pixel size must be more than 0.</source>
            <translation>Die Pixelgröße der Ausgabe muss größer als 0 sein.</translation>
        </message>
        <message>
            <source>An output pixel size (RESOLUTION) and another raster's grid (LIKE) are given. Leave out one of them.</source>
            <translation>Eine Pixelgröße der Ausgabe (RESOLUTION) und das Gitter eines anderen Rasters (LIKE) sind angegeben. Lassen Sie eines davon weg.</translation>
        </message>
        <message>
            <source>{} is no extent that can be read (EXTENT). Write it as xmin,xmax,ymin,ymax.</source>
            <translation>{} ist keine lesbare Ausdehnung (EXTENT). Schreiben Sie sie als xmin,xmax,ymin,ymax.</translation>
        </message>
        <message>
            <source>The extent {} has no area (EXTENT). Write it as xmin,xmax,ymin,ymax.</source>
            <translation>Die Ausdehnung {} hat keine Fläche (EXTENT). Geschrieben wird sie als xmin,xmax,ymin,ymax.</translation>
        </message>
        <message>
            <source>{} is no CRS that QGIS knows (EXTENT).</source>
            <translation>{} ist kein KBS, das QGIS kennt (EXTENT).</translation>
        </message>
        <message>
            <source>Cancelled.</source>
            <translation>Abgebrochen.</translation>
        </message>
        <message>
            <source>Unexpected {}: {}.</source>
            <translation>Unerwarteter Fehler {}: {}.</translation>
        </message>
        <message>
            <source>Please report this.</source>
            <translation>Bitte melden Sie das.</translation>
        </message>
        <message>
            <source>The backend has said nothing yet; its files may lie on a slow disk. Cancel ends it.</source>
            <translation>Das Backend hat noch nichts gemeldet; vielleicht liegen seine Dateien auf einem langsamen Datenträger. „Abbrechen“ beendet es.</translation>
        </message>
        <message>
            <source>The backend could not be started with {}: {}.</source>
            <translation>Das Backend konnte nicht mit {} gestartet werden: {}.</translation>
        </message>
        <message>
            <source>The backend said nothing for {:.0f} s and was stopped.</source>
            <translation>Das Backend hat {:.0f} s lang nichts gemeldet und wurde beendet.</translation>
        </message>
        <message>
            <source>The backend stopped talking, did not end, and was stopped.</source>
            <translation>Das Backend hat nichts mehr gemeldet, kam zu keinem Ende und wurde beendet.</translation>
        </message>
        <message>
            <source>The backend's environment is incomplete: {} is missing or was changed.</source>
            <translation>Die Umgebung des Backends ist unvollständig: {} fehlt oder wurde verändert.</translation>
        </message>
        <message>
            <source>{} ended without a word: it may be no Python that has the backend's packages.</source>
            <translation>{} endete ohne ein Wort: Vielleicht ist es kein Python, das die Pakete des Backends hat.</translation>
        </message>
        <message>
            <source>Give the numbers of the guide's near infrared, red and green bands (GUIDE_BANDS), as in 4,3,2.</source>
            <translation>Geben Sie die Nummern der Kanäle des Führungsbilds mit nahem Infrarot, Rot und Grün an (GUIDE_BANDS), wie in 4,3,2.</translation>
        </message>
        <message>
            <source>Choose another device (DEVICE), such as auto, or another model (MODEL).</source>
            <translation>Wählen Sie ein anderes Gerät (DEVICE), etwa auto, oder ein anderes Modell (MODEL).</translation>
        </message>
        <message>
            <source>Check the CRS of all layers, and what limits the ground ({}): all must show the same.</source>
            <translation>Prüfen Sie das KBS aller Layer und was den Ausschnitt begrenzt ({}): Alle müssen dasselbe Gelände zeigen.</translation>
        </message>
        <message>
            <source>Check the CRS of all layers: all must show the same ground.</source>
            <translation>Prüfen Sie das KBS aller Layer: Alle müssen dasselbe Gelände zeigen.</translation>
        </message>
        <message>
            <source>See that the folder is there and may be written to, or name an output elsewhere.</source>
            <translation>Achten Sie darauf, dass es den Ordner gibt und darin geschrieben werden darf, oder geben Sie eine Ausgabe an anderer Stelle an.</translation>
        </message>
        <message>
            <source>Name another output.</source>
            <translation>Geben Sie eine andere Ausgabe an.</translation>
        </message>
        <message>
            <source>Save the raster as a GeoTIFF that has one: 'Translate (convert format)', with 'Override the projection for the output file'.</source>
            <translation>Speichern Sie das Raster als GeoTIFF, das eines hat: „Übersetzen (Format konvertieren)“ mit „Projektion für die Ausgabedatei überschreiben“.</translation>
        </message>
        <message>
            <source>Free some space, or name the outputs on another disk; a smaller extent needs less.</source>
            <translation>Schaffen Sie Platz oder legen Sie die Ausgaben auf einen anderen Datenträger; eine kleinere Ausdehnung braucht weniger.</translation>
        </message>
        <message>
            <source>Wait until that run has ended, or name another output.</source>
            <translation>Warten Sie, bis dieser Lauf beendet ist, oder geben Sie eine andere Ausgabe an.</translation>
        </message>
        <message>
            <source>Remove its layer, and close what else shows it; then run again, which goes on from what is finished.</source>
            <translation>Seinen Layer entfernen und schließen, was es sonst zeigt; dann noch einmal laufen lassen: Was fertig ist, bleibt.</translation>
        </message>
        <message>
            <source>The backend was killed, most likely because the memory ran out.</source>
            <translation>Das Backend wurde beendet, höchstwahrscheinlich weil der Arbeitsspeicher nicht ausreichte.</translation>
        </message>
        <message>
            <source>Choose a smaller tile size, or close other programs.</source>
            <translation>Wählen Sie eine kleinere Kachelgröße oder schließen Sie andere Programme.</translation>
        </message>
        <message>
            <source>The backend's environment is incomplete{}</source>
            <translation>Die Umgebung des Backends ist unvollständig{}</translation>
        </message>
        <message>
            <source>signal {}</source>
            <translation>Signal {}</translation>
        </message>
        <message>
            <source>The backend crashed ({}){}</source>
            <translation>Das Backend ist abgestürzt ({}){}</translation>
        </message>
        <message>
            <source>Try another device; please report it if that does not help.</source>
            <translation>Versuchen Sie ein anderes Gerät; bitte melden Sie es, wenn das nicht hilft.</translation>
        </message>
        <message>
            <source>The backend ended with status {} and no result{}</source>
            <translation>Das Backend endete mit Status {} und ohne Ergebnis{}</translation>
        </message>
        <message>
            <source>Guide bands are three band numbers for near infrared, red and green, as in 4,3,2; not '{}'.</source>
            <translation>Als Kanäle des Führungsbilds werden drei Kanalnummern für nahes Infrarot, Rot und Grün angegeben, wie in 4,3,2; nicht „{}“.</translation>
        </message>
        <message>
            <source>Band numbers begin at 1; the guide bands are '{}'.</source>
            <translation>Kanalnummern beginnen bei 1; die Kanäle des Führungsbilds sind „{}“.</translation>
        </message>
        <message>
            <source>The report {} cannot be read ({}).</source>
            <translation>Der Bericht {} kann nicht gelesen werden ({}).</translation>
        </message>
        <message>
            <source>The mask, {}, holds no polygons.</source>
            <translation>Die Maske, {}, enthält keine Polygone.</translation>
        </message>
        <message>
            <source>Choose a layer of polygons.</source>
            <translation>Wählen Sie einen Polygonlayer.</translation>
        </message>
        <message>
            <source>The mask, {}, has no CRS.</source>
            <translation>Die Maske, {}, hat kein KBS.</translation>
        </message>
        <message>
            <source>Set it in the layer's properties.</source>
            <translation>Setzen Sie es in den Layereigenschaften.</translation>
        </message>
        <message>
            <source>The mask, {}, has no features.</source>
            <translation>Die Maske, {}, hat keine Objekte.</translation>
        </message>
        <message>
            <source>Select some, or leave the mask out.</source>
            <translation>Wählen Sie welche aus oder lassen Sie die Maske weg.</translation>
        </message>
        <message>
            <source>Polygon {} of the mask, {}, is not valid: it crosses itself, or its holes do.</source>
            <translation>Polygon {} der Maske, {}, ist ungültig: es oder seine Löcher überschneiden sich.</translation>
        </message>
        <message>
            <source>Repair it with 'Fix geometries'.</source>
            <translation>Reparieren Sie es mit „Geometrien reparieren“.</translation>
        </message>
        <message>
            <source>Polygon {} of the mask is not valid and is left out.</source>
            <translation>Polygon {} der Maske ist ungültig und wird ausgelassen.</translation>
        </message>
        <message>
            <source>A polygon of the mask, {}, lies outside of the reference's CRS.</source>
            <translation>Ein Polygon der Maske, {}, liegt außerhalb des KBS der Referenz.</translation>
        </message>
        <message>
            <source>Check the CRS of both.</source>
            <translation>Prüfen Sie das KBS von beiden.</translation>
        </message>
        <message>
            <source>The mask, {}, has no polygon.</source>
            <translation>Die Maske, {}, hat kein Polygon.</translation>
        </message>
        <message>
            <source>Choose a layer that has one.</source>
            <translation>Wählen Sie einen Layer, der eines hat.</translation>
        </message>
        <message>
            <source>The mask, {}, has no polygon near the reference, {}.</source>
            <translation>Die Maske, {}, hat kein Polygon in der Nähe der Referenz, {}.</translation>
        </message>
        <message>
            <source>Try the sample</source>
            <translation>Beispiel ausprobieren</translation>
        </message>
        <message>
            <source>Super-resolve DEM…</source>
            <translation>DHM verfeinern (Super-Resolution)…</translation>
        </message>
        <message>
            <source>Show the selected DEM as a relief</source>
            <translation>Gewähltes DHM als Relief anzeigen</translation>
        </message>
        <message>
            <source>Set up the backend…</source>
            <translation>Backend einrichten…</translation>
        </message>
        <message>
            <source>Help</source>
            <translation>Hilfe</translation>
        </message>
        <message>
            <source>Sample: SRTM, 1 arc-second</source>
            <translation>Beispiel: SRTM, 1 Bogensekunde</translation>
        </message>
        <message>
            <source>Sample: Landsat 7 image</source>
            <translation>Beispiel: Landsat-7-Bild</translation>
        </message>
        <message>
            <source>Select an elevation model, a raster of one band, among the layers first.</source>
            <translation>Wählen Sie unter den Layern zuerst ein Höhenmodell, ein Raster mit einem Kanal.</translation>
        </message>
        <message>
            <source>'{}' is no https address.</source>
            <translation>„{}“ ist keine https-Adresse.</translation>
        </message>
        <message>
            <source>Name one that begins with https://, or download the file yourself.</source>
            <translation>Geben Sie eine an, die mit https:// beginnt, oder laden Sie die Datei selbst herunter.</translation>
        </message>
        <message>
            <source>The address {} holds a user name or password.</source>
            <translation>Die Adresse {} enthält einen Benutzernamen oder ein Passwort.</translation>
        </message>
        <message>
            <source>Leave them out; they would be kept in QGIS's history.</source>
            <translation>Lassen Sie beides weg; es würde im Verlauf von QGIS aufbewahrt.</translation>
        </message>
        <message>
            <source>What {} sends cannot be stored: {}.</source>
            <translation>Was {} sendet, kann nicht gespeichert werden: {}.</translation>
        </message>
        <message>
            <source>See that the disk has room.</source>
            <translation>Achten Sie darauf, dass auf dem Datenträger Platz ist.</translation>
        </message>
        <message>
            <source>Cancelled; nothing was changed.</source>
            <translation>Abgebrochen; nichts wurde verändert.</translation>
        </message>
        <message>
            <source>{} holds more than {:.0f} MB.</source>
            <translation>{} enthält mehr als {:.0f} MB.</translation>
        </message>
        <message>
            <source>Is it a model? If so, download it yourself and add the file.</source>
            <translation>Ist es ein Modell? Dann laden Sie es selbst herunter und fügen Sie die Datei hinzu.</translation>
        </message>
        <message>
            <source>the answer has the status {}</source>
            <translation>die Antwort hat den Status {}</translation>
        </message>
        <message>
            <source>{} could not be fetched: {}.</source>
            <translation>{} konnte nicht abgerufen werden: {}.</translation>
        </message>
        <message>
            <source>Check the address and QGIS's network settings.</source>
            <translation>Prüfen Sie die Adresse und die Netzwerkeinstellungen von QGIS.</translation>
        </message>
        <message>
            <source>The backend's folder cannot be read: {}.</source>
            <translation>Der Ordner des Backends kann nicht gelesen werden: {}.</translation>
        </message>
        <message>
            <source>An installation of the backend was interrupted ({}).</source>
            <translation>Eine Installation des Backends wurde unterbrochen ({}).</translation>
        </message>
        <message>
            <source>The backend is not installed.</source>
            <translation>Das Backend ist nicht installiert.</translation>
        </message>
        <message>
            <source>The backend's environment is incomplete ({}).</source>
            <translation>Die Umgebung des Backends ist unvollständig ({}).</translation>
        </message>
        <message>
            <source>The backend's Python is gone ({}).</source>
            <translation>Das Python des Backends ist nicht mehr da ({}).</translation>
        </message>
        <message>
            <source>The backend was made with Python {}, and there is Python {} now.</source>
            <translation>Das Backend wurde mit Python {} eingerichtet; jetzt ist dort Python {}.</translation>
        </message>
        <message>
            <source>The backend's environment lacks {}.</source>
            <translation>Der Umgebung des Backends fehlt {}.</translation>
        </message>
        <message>
            <source>The backend was installed for another version of this plugin.</source>
            <translation>Das Backend wurde für eine andere Version dieser Erweiterung installiert.</translation>
        </message>
        <message>
            <source>The backend is ready ({}, Python {}).</source>
            <translation>Das Backend ist bereit ({}, Python {}).</translation>
        </message>
        <message>
            <source>The plugin lacks {}.</source>
            <translation>Der Erweiterung fehlt {}.</translation>
        </message>
        <message>
            <source>Install the plugin again.</source>
            <translation>Installieren Sie die Erweiterung neu.</translation>
        </message>
        <message>
            <source>Checking the new environment</source>
            <translation>Die neue Umgebung wird geprüft</translation>
        </message>
        <message>
            <source>{} cannot be made</source>
            <translation>{} kann nicht angelegt werden</translation>
        </message>
        <message>
            <source>Try again when that has ended.</source>
            <translation>Versuchen Sie es noch einmal, wenn das beendet ist.</translation>
        </message>
        <message>
            <source>The backend is being set up or removed just now ({}).</source>
            <translation>Das Backend wird gerade eingerichtet oder entfernt ({}).</translation>
        </message>
        <message>
            <source>{} was not made by SIRAN.</source>
            <translation>{} wurde nicht von SIRAN angelegt.</translation>
        </message>
        <message>
            <source>Move it away; SIRAN does not touch it.</source>
            <translation>Verschieben Sie den Ordner; SIRAN rührt ihn nicht an.</translation>
        </message>
        <message>
            <source>{} could not be removed: {}.</source>
            <translation>{} konnte nicht entfernt werden: {}.</translation>
        </message>
        <message>
            <source>Close what uses it and try again.</source>
            <translation>Schließen Sie, was den Ordner benutzt, und versuchen Sie es noch einmal.</translation>
        </message>
        <message>
            <source>{} is no Python that has the backend's packages.</source>
            <translation>{} ist kein Python, das die Pakete des Backends hat.</translation>
        </message>
        <message>
            <source>it ended with status {}</source>
            <translation>es endete mit Status {}</translation>
        </message>
        <message>
            <source>it did not answer within {:.0f} s</source>
            <translation>es hat nicht innerhalb von {:.0f} s geantwortet</translation>
        </message>
        <message>
            <source>The backend does not run in {}: {}.</source>
            <translation>Das Backend läuft nicht in {}: {}.</translation>
        </message>
        <message>
            <source>{} does not start</source>
            <translation>{} startet nicht</translation>
        </message>
        <message>
            <source>{} did not answer within {:.0f} s</source>
            <translation>{} hat nicht innerhalb von {:.0f} s geantwortet</translation>
        </message>
        <message>
            <source>{} lacks the module venv or ensurepip (on Debian and Ubuntu: the package python3-venv)</source>
            <translation>{} fehlt das Modul venv oder ensurepip (unter Debian und Ubuntu: das Paket python3-venv)</translation>
        </message>
        <message>
            <source>{} lacks the module ssl, and cannot ask a server</source>
            <translation>{} fehlt das Modul ssl; es kann keinen Server fragen</translation>
        </message>
        <message>
            <source>{} is no Python</source>
            <translation>{} ist kein Python</translation>
        </message>
        <message>
            <source>{} is Python {}</source>
            <translation>{} ist Python {}</translation>
        </message>
        <message>
            <source>none was found</source>
            <translation>es wurde keines gefunden</translation>
        </message>
        <message>
            <source>The backend needs Python {} to {} ({}).</source>
            <translation>Das Backend braucht Python {} bis {} ({}).</translation>
        </message>
        <message>
            <source>Install one and name it in the parameter PYTHON.</source>
            <translation>Installieren Sie eines und geben Sie es im Parameter PYTHON an.</translation>
        </message>
        <message>
            <source>The backend's environment could not be written: {}.</source>
            <translation>Die Umgebung des Backends konnte nicht geschrieben werden: {}.</translation>
        </message>
        <message>
            <source>See that the disk has room, that its folder may be written to (the settings may name another), and that no backend is running.</source>
            <translation>Sorgen Sie dafür, dass auf der Platte Platz ist, dass in den Ordner geschrieben werden darf (die Einstellungen können einen anderen nennen) und dass kein Backend läuft.</translation>
        </message>
        <message>
            <source>Making a virtual environment with Python {} ({})</source>
            <translation>Eine virtuelle Umgebung mit Python {} wird erstellt ({})</translation>
        </message>
        <message>
            <source>The virtual environment could not be made: {}.</source>
            <translation>Die virtuelle Umgebung konnte nicht erstellt werden: {}.</translation>
        </message>
        <message>
            <source>The log has all that was said. Another Python can be named in the parameter PYTHON.</source>
            <translation>Das Protokoll enthält alles, was gesagt wurde. Im Parameter PYTHON kann ein anderes Python genannt werden.</translation>
        </message>
        <message>
            <source>{} is not there</source>
            <translation>{} ist nicht da</translation>
        </message>
        <message>
            <source>A Python of the Microsoft Store writes elsewhere than it says. Name another one in the parameter PYTHON.</source>
            <translation>Ein Python aus dem Microsoft Store schreibt anderswohin, als es sagt. Nennen Sie im Parameter PYTHON ein anderes.</translation>
        </message>
        <message>
            <source>Installing {} packages with pip ({})</source>
            <translation>{} Pakete werden mit pip installiert ({})</translation>
        </message>
        <message>
            <source>pip could not install the backend's packages: {}.</source>
            <translation>pip konnte die Pakete des Backends nicht installieren: {}.</translation>
        </message>
        <message>
            <source>The log has all that was said.</source>
            <translation>Im Protokoll steht alles, was gesagt wurde.</translation>
        </message>
        <message>
            <source>Cancelled; the new environment was removed.</source>
            <translation>Abgebrochen; die neue Umgebung wurde entfernt.</translation>
        </message>
        <message>
            <source>status {}</source>
            <translation>Status {}</translation>
        </message>
        <message>
            <source>the certificate of the packages' server is not trusted</source>
            <translation>dem Zertifikat des Paketservers wird nicht vertraut</translation>
        </message>
        <message>
            <source>Where a proxy opens encrypted connections, pip has to know its certificate (the variable PIP_CERT). {}</source>
            <translation>Wo ein Proxy verschlüsselte Verbindungen öffnet, muss pip dessen Zertifikat kennen (die Variable PIP_CERT). {}</translation>
        </message>
        <message>
            <source>the server of the packages cannot be reached</source>
            <translation>der Server der Pakete ist nicht erreichbar</translation>
        </message>
        <message>
            <source>Look at the connection and at QGIS's proxy (Settings &gt; Options &gt; Network). {}</source>
            <translation>Prüfen Sie die Verbindung und den Proxy von QGIS (Einstellungen &gt; Optionen &gt; Netzwerk). {}</translation>
        </message>
        <message>
            <source>Cancelled; no output was written.</source>
            <translation>Abgebrochen; es wurde keine Ausgabe geschrieben.</translation>
        </message>
        <message>
            <source>Run the algorithm 'Set up backend' (siran:setupbackend) first.</source>
            <translation>Führen Sie zuerst den Algorithmus „Backend einrichten“ (siran:setupbackend) aus.</translation>
        </message>
        <message>
            <source>Run the algorithm 'Set up backend' (siran:setupbackend) again.</source>
            <translation>Führen Sie den Algorithmus „Backend einrichten“ (siran:setupbackend) noch einmal aus.</translation>
        </message>
        <message>
            <source>Wait until that has ended.</source>
            <translation>Warten Sie, bis das beendet ist.</translation>
        </message>
        <message>
            <source>Run the algorithm 'Set up backend' (siran:setupbackend) with the action repair.</source>
            <translation>Führen Sie den Algorithmus „Backend einrichten“ (siran:setupbackend) mit der Aktion „Reparieren“ (repair) aus.</translation>
        </message>
        <message>
            <source>Options &gt; Processing &gt; Providers &gt; SIRAN</source>
            <translation>Optionen &gt; Verarbeitung &gt; Datenanbieter &gt; SIRAN</translation>
        </message>
        <message>
            <source>{} names {}, which is no program.</source>
            <translation>{} nennt {}, was kein Programm ist.</translation>
        </message>
        <message>
            <source>Correct it, or unset {}.</source>
            <translation>Berichtigen Sie das oder löschen Sie die Variable {}.</translation>
        </message>
        <message>
            <source>The interpreter of the settings ({}), {}, is no program.</source>
            <translation>Der Interpreter aus den Einstellungen ({}), {}, ist kein Programm.</translation>
        </message>
        <message>
            <source>Name another, or take the managed environment.</source>
            <translation>Geben Sie einen anderen an oder nehmen Sie die verwaltete Umgebung.</translation>
        </message>
        <message>
            <source>Install the backend's requirements there, or unset {}.</source>
            <translation>Installieren Sie dort die Pakete, die das Backend braucht, oder löschen Sie die Variable {}.</translation>
        </message>
        <message>
            <source>Install the backend's requirements there, or take the managed environment in {}.</source>
            <translation>Installieren Sie dort die Pakete, die das Backend braucht, oder wählen Sie die verwaltete Umgebung unter {}.</translation>
        </message>
        <message>
            <source>Save it as a GeoTIFF and use that.</source>
            <translation>Speichern Sie ihn als GeoTIFF und benutzen Sie dieses.</translation>
        </message>
        <message>
            <source>Layer {} is no raster file ({}).</source>
            <translation>Der Layer {} ist keine Rasterdatei ({}).</translation>
        </message>
        <message>
            <source>Layer {} has a filter.</source>
            <translation>Der Layer {} hat einen Filter.</translation>
        </message>
        <message>
            <source>Remove the filter, or save the layer as a GeoTIFF and use that.</source>
            <translation>Entfernen Sie den Filter oder speichern Sie den Layer als GeoTIFF und benutzen Sie dieses.</translation>
        </message>
        <message>
            <source>Layer {} lies in {} here, and in {} by its file, which is what the backend reads.</source>
            <translation>Layer {} liegt hier in {}, nach seiner Datei aber in {}, und diese liest das Backend.</translation>
        </message>
        <message>
            <source>Layer {} lies in {} here, and its file, which is what the backend reads, has no CRS.</source>
            <translation>Layer {} liegt hier in {}, seine Datei aber, die das Backend liest, hat kein KBS.</translation>
        </message>
        <message>
            <source>Layer {} has other nodata values here (band {}) than in its file, which is what the backend reads.</source>
            <translation>Layer {} hat hier andere Nodata-Werte (Kanal {}) als in seiner Datei, die das Backend liest.</translation>
        </message>
        <message>
            <source>Save it as a GeoTIFF and use that, or take them off in its properties (Transparency).</source>
            <translation>Bitte als GeoTIFF speichern und dieses nehmen, oder sie in seinen Eigenschaften (Transparenz) entfernen.</translation>
        </message>
        <message>
            <source>Layer {} was opened with options of a driver.</source>
            <translation>Der Layer {} wurde mit Optionen eines Treibers geöffnet.</translation>
        </message>
        <message>
            <source>Layer {} is a description of a raster that is in no file.</source>
            <translation>Der Layer {} ist die Beschreibung eines Rasters, die in keiner Datei steht.</translation>
        </message>
        <message>
            <source>Layer {} lies in QGIS's memory ({}).</source>
            <translation>Der Layer {} liegt im Arbeitsspeicher von QGIS ({}).</translation>
        </message>
        <message>
            <source>Layer {} lies on a server.</source>
            <translation>Der Layer {} liegt auf einem Server.</translation>
        </message>
        <message>
            <source>{} {} — ratios {}, guide required</source>
            <translation>{} {} — Verhältnisse {}, Führungsbild erforderlich</translation>
        </message>
        <message>
            <source>{} {} — ratios {}, guide optional</source>
            <translation>{} {} — Verhältnisse {}, Führungsbild optional</translation>
        </message>
        <message>
            <source>{} to {}</source>
            <translation>{} bis {}</translation>
        </message>
        <message>
            <source>The model {} needs a guide image: choose one, or another model.</source>
            <translation>Das Modell {} braucht ein Führungsbild: Wählen Sie eines oder ein anderes Modell.</translation>
        </message>
        <message>
            <source>choose the grid of another raster (LIKE), with pixels of {} m on the ground, or another model</source>
            <translation>Wählen Sie das Gitter eines anderen Rasters (LIKE), mit Pixeln von {} m am Boden, oder ein anderes Modell</translation>
        </message>
        <message>
            <source>choose an output pixel size (RESOLUTION) of {} m on the ground, or another model</source>
            <translation>Wählen Sie eine Pixelgröße der Ausgabe (RESOLUTION) von {} m am Boden oder ein anderes Modell</translation>
        </message>
        <message>
            <source>The output pixel size (RESOLUTION) counts in {} here, and {} was probably meant as metres.</source>
            <translation>Die Pixelgröße der Ausgabe (RESOLUTION) zählt hier in der Einheit {}, und {} war wohl in Metern gemeint.</translation>
        </message>
        <message>
            <source>choose an output pixel size (RESOLUTION) of {} {} ({} m on the ground), or another model</source>
            <translation>Wählen Sie eine Pixelgröße der Ausgabe (RESOLUTION) von {} {} ({} m am Boden) oder ein anderes Modell</translation>
        </message>
        <message>
            <source>The elevation model's pixel ({} m) is {} times the output's ({} m), and the model {} is for {}: {}.</source>
            <translation>Das Pixel des Höhenmodells ({} m) ist {}-mal so groß wie das der Ausgabe ({} m), und das Modell {} ist für Verhältnisse von {} gemacht: {}.</translation>
        </message>
        <message>
            <source>en</source>
            <translation>de</translation>
        </message>
        <message>
            <source>Comes from</source>
            <translation>Stammt von</translation>
        </message>
        <message>
            <source>SIRAN (bundled)</source>
            <translation>SIRAN (mitgeliefert)</translation>
        </message>
        <message>
            <source>you (added)</source>
            <translation>Ihnen (hinzugefügt)</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>Größe</translation>
        </message>
        <message>
            <source>{} MB</source>
            <translation>{} MB</translation>
        </message>
        <message>
            <source>SHA-256</source>
            <translation>SHA-256</translation>
        </message>
        <message>
            <source>unknown</source>
            <translation>unbekannt</translation>
        </message>
        <message>
            <source>File</source>
            <translation>Datei</translation>
        </message>
        <message>
            <source>Default</source>
            <translation>Vorgabe</translation>
        </message>
        <message>
            <source>runs when no model is chosen</source>
            <translation>läuft, wenn kein Modell gewählt ist</translation>
        </message>
        <message>
            <source>Cannot be used</source>
            <translation>Nicht benutzbar</translation>
        </message>
        <message>
            <source>It has no card that can be read.</source>
            <translation>Es hat keine Modellkarte, die sich lesen lässt.</translation>
        </message>
        <message>
            <source>Title</source>
            <translation>Titel</translation>
        </message>
        <message>
            <source>Version</source>
            <translation>Version</translation>
        </message>
        <message>
            <source>Ratios</source>
            <translation>Verhältnisse</translation>
        </message>
        <message>
            <source>{}; {} if nothing else is asked for</source>
            <translation>{}; {}, wenn nichts anderes verlangt ist</translation>
        </message>
        <message>
            <source>Output pixel sizes</source>
            <translation>Pixelgrößen der Ausgabe</translation>
        </message>
        <message>
            <source>{} m</source>
            <translation>{} m</translation>
        </message>
        <message>
            <source>Errors of the input</source>
            <translation>Fehler der Eingabe</translation>
        </message>
        <message>
            <source>required</source>
            <translation>erforderlich</translation>
        </message>
        <message>
            <source>optional</source>
            <translation>optional</translation>
        </message>
        <message>
            <source>Licence of the weights</source>
            <translation>Lizenz der Gewichte</translation>
        </message>
        <message>
            <source>not stated</source>
            <translation>nicht angegeben</translation>
        </message>
        <message>
            <source>Trained on</source>
            <translation>Trainiert mit</translation>
        </message>
        <message>
            <source>Models of SIRAN</source>
            <translation>Modelle von SIRAN</translation>
        </message>
        <message>
            <source>{} installed.</source>
            <translation>{} installiert.</translation>
        </message>
        <message>
            <source>What is known about {}</source>
            <translation>Was über {} bekannt ist</translation>
        </message>
        <message>
            <source>{}: {} ({})</source>
            <translation>{}: {} ({})</translation>
        </message>
        <message>
            <source>no attribution</source>
            <translation>keine Quellenangabe</translation>
        </message>
        <message>
            <source>no licence stated</source>
            <translation>keine Lizenz angegeben</translation>
        </message>
        <message>
            <source>It is a card without a model file.</source>
            <translation>Es ist eine Modellkarte ohne Modelldatei.</translation>
        </message>
        <message>
            <source>{} is a TorchScript file, which is a program that would run with your rights; only ONNX files are added.</source>
            <translation>{} ist eine TorchScript-Datei, also ein Programm, das mit Ihren Rechten laufen würde; es werden nur ONNX-Dateien hinzugefügt.</translation>
        </message>
        <message>
            <source>Ask for the model as .onnx.</source>
            <translation>Bitten Sie um das Modell als .onnx.</translation>
        </message>
        <message>
            <source>The folder {} cannot be written: {}.</source>
            <translation>Der Ordner {} kann nicht beschrieben werden: {}.</translation>
        </message>
        <message>
            <source>See that the disk has room and that you may write there, or name another folder in the settings.</source>
            <translation>Sorgen Sie dafür, dass auf der Platte Platz ist und dass Sie dort schreiben dürfen, oder nennen Sie in den Einstellungen einen anderen Ordner.</translation>
        </message>
        <message>
            <source>{} cannot be copied: {}.</source>
            <translation>{} kann nicht kopiert werden: {}.</translation>
        </message>
        <message>
            <source>See that it can be read and that the disk has room.</source>
            <translation>Achten Sie darauf, dass die Datei lesbar und auf dem Datenträger Platz ist.</translation>
        </message>
        <message>
            <source>A SHA-256 has 64 hexadecimal digits; '{}' is none.</source>
            <translation>Eine SHA-256-Prüfsumme hat 64 hexadezimale Ziffern; „{}“ ist keine.</translation>
        </message>
        <message>
            <source>Copy it again.</source>
            <translation>Kopieren Sie sie noch einmal.</translation>
        </message>
        <message>
            <source>{} has the SHA-256 {}, not {}; nothing was added.</source>
            <translation>{} hat die SHA-256-Prüfsumme {}, nicht {}; es wurde nichts hinzugefügt.</translation>
        </message>
        <message>
            <source>It was damaged or exchanged on its way, or the sum is another file's.</source>
            <translation>Die Datei wurde unterwegs beschädigt oder ausgetauscht, oder die Prüfsumme gehört zu einer anderen.</translation>
        </message>
        <message>
            <source>The model calls itself '{}', which is no name for a file.</source>
            <translation>Das Modell nennt sich „{}“, was kein Name für eine Datei ist.</translation>
        </message>
        <message>
            <source>A name has up to 64 letters, digits, dots, dashes and underscores.</source>
            <translation>Ein Name hat bis zu 64 Buchstaben, Ziffern, Punkte, Bindestriche und Unterstriche.</translation>
        </message>
        <message>
            <source>The model {} would stand beside {}, whose name differs in case only.</source>
            <translation>Das Modell {} stünde neben {}, dessen Name sich nur in Groß- und Kleinschreibung unterscheidet.</translation>
        </message>
        <message>
            <source>Remove {} first.</source>
            <translation>Entfernen Sie zuerst {}.</translation>
        </message>
        <message>
            <source>A model {} comes with SIRAN.</source>
            <translation>Ein Modell {} wird mit SIRAN geliefert.</translation>
        </message>
        <message>
            <source>Tick 'Replace a model of the same name' (OVERWRITE) to use the new one in its place.</source>
            <translation>Wählen Sie „Modell gleichen Namens ersetzen“ (OVERWRITE), um das neue an seiner Stelle zu verwenden.</translation>
        </message>
        <message>
            <source>A model {} is there already.</source>
            <translation>Ein Modell {} ist schon vorhanden.</translation>
        </message>
        <message>
            <source>Tick 'Replace a model of the same name' (OVERWRITE).</source>
            <translation>Wählen Sie „Modell gleichen Namens ersetzen“ (OVERWRITE).</translation>
        </message>
        <message>
            <source>Close what uses it, and see that the disk has room.</source>
            <translation>Schließen Sie, was die Datei benutzt, und achten Sie darauf, dass auf dem Datenträger Platz ist.</translation>
        </message>
        <message>
            <source>There is no model '{}'.</source>
            <translation>Es gibt kein Modell „{}“.</translation>
        </message>
        <message>
            <source>Installed: {}.</source>
            <translation>Installiert: {}.</translation>
        </message>
        <message>
            <source>none</source>
            <translation>keine</translation>
        </message>
        <message>
            <source>The model {} comes with SIRAN and cannot be removed.</source>
            <translation>Das Modell {} wird mit SIRAN geliefert und kann nicht entfernt werden.</translation>
        </message>
        <message>
            <source>The model {} cannot be removed: {}.</source>
            <translation>Das Modell {} kann nicht entfernt werden: {}.</translation>
        </message>
        <message>
            <source>Close what uses it.</source>
            <translation>Schließen Sie, was es benutzt.</translation>
        </message>
        <message>
            <source>{} is no text in UTF-8.</source>
            <translation>{} ist kein Text in UTF-8.</translation>
        </message>
        <message>
            <source>Save it as UTF-8.</source>
            <translation>Speichern Sie die Datei als UTF-8.</translation>
        </message>
        <message>
            <source>{} Set it up, once; then this dialog runs.</source>
            <translation>{} Richten Sie es einmal ein; dann läuft dieser Dialog.</translation>
        </message>
        <message>
            <source>The backend is ready.</source>
            <translation>Das Backend ist bereit.</translation>
        </message>
        <message>
            <source>Heights of {}</source>
            <translation>Höhen: {}</translation>
        </message>
        <message>
            <source>The folder {} is no absolute path.</source>
            <translation>Der Ordner {} ist kein absoluter Pfad.</translation>
        </message>
        <message>
            <source>Name it from its root or drive on.</source>
            <translation>Geben Sie ihn vom Wurzelverzeichnis oder Laufwerk an.</translation>
        </message>
        <message>
            <source>{} is no folder.</source>
            <translation>{} ist kein Ordner.</translation>
        </message>
        <message>
            <source>The folder {} cannot be written to.</source>
            <translation>In den Ordner {} kann nicht geschrieben werden.</translation>
        </message>
        <message>
            <source>Looking …</source>
            <translation>Wird ermittelt …</translation>
        </message>
        <message>
            <source>Asking the backend …</source>
            <translation>Das Backend wird gefragt …</translation>
        </message>
        <message>
            <source>SIRAN: looking at the backend's environment</source>
            <translation>SIRAN: prüft die Umgebung des Backends</translation>
        </message>
        <message>
            <source>SIRAN: asking for devices</source>
            <translation>SIRAN: fragt nach Geräten</translation>
        </message>
        <message>
            <source>No interpreter is named. Name one, or take the managed environment.</source>
            <translation>Es ist kein Interpreter genannt. Bitte einen nennen, oder die verwaltete Umgebung nehmen.</translation>
        </message>
        <message>
            <source>Test</source>
            <translation>Test</translation>
        </message>
        <message>
            <source>Testing …</source>
            <translation>Test läuft …</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>Stopp</translation>
        </message>
        <message>
            <source>SIRAN: testing the backend</source>
            <translation>SIRAN: testet das Backend</translation>
        </message>
        <message>
            <source>The folder that was set before is kept.</source>
            <translation>Der bisher eingestellte Ordner bleibt.</translation>
        </message>
        <message>
            <source>The environment variable {} comes first. It names {}.</source>
            <translation>Die Umgebungsvariable {} hat Vorrang. Sie nennt {}.</translation>
        </message>
        <message>
            <source>Available: {}.</source>
            <translation>Verfügbar: {}.</translation>
        </message>
        <message>
            <source>auto: the fastest that really loads</source>
            <translation>auto: das schnellste, das sich wirklich laden lässt</translation>
        </message>
        <message>
            <source>not known here</source>
            <translation>hier nicht bekannt</translation>
        </message>
        <message>
            <source>Python that runs the backend</source>
            <translation>Python, das das Backend ausführt</translation>
        </message>
        <message>
            <source>&amp;Managed environment (made by the algorithm 'Set up backend')</source>
            <translation>&amp;Verwaltete Umgebung (vom Algorithmus „Backend einrichten“ erstellt)</translation>
        </message>
        <message>
            <source>&amp;Interpreter of one's own, with the backend's requirements:</source>
            <translation>&amp;Eigener Interpreter mit den Paketen, die das Backend braucht:</translation>
        </message>
        <message>
            <source>Interpreter</source>
            <translation>Interpreter</translation>
        </message>
        <message>
            <source>Runs that leave the choice open</source>
            <translation>Läufe, die die Wahl offenlassen</translation>
        </message>
        <message>
            <source>all</source>
            <translation>alle</translation>
        </message>
        <message>
            <source>&amp;Device</source>
            <translation>&amp;Gerät</translation>
        </message>
        <message>
            <source>Processor &amp;threads</source>
            <translation>Prozessor-&amp;Threads</translation>
        </message>
        <message>
            <source>What SIRAN installs and downloads</source>
            <translation>Was SIRAN installiert und herunterlädt</translation>
        </message>
        <message>
            <source>Holds the managed environment and the models that you add. Empty: a folder in the profile. What lies in the old folder is not moved.</source>
            <translation>Enthält die verwaltete Umgebung und die Modelle, die Sie hinzufügen. Leer: ein Ordner im Profil. Was im alten Ordner liegt, wird nicht verschoben.</translation>
        </message>
        <message>
            <source>&amp;Folder for environment and models</source>
            <translation>&amp;Ordner für Umgebung und Modelle</translation>
        </message>
        <message>
            <source>Runs a known small input through the installed model, with what this page shows.</source>
            <translation>Schickt eine bekannte kleine Eingabe durch das installierte Modell, mit den Angaben auf dieser Seite.</translation>
        </message>
        <message>
            <source>Answer of the test</source>
            <translation>Antwort des Tests</translation>
        </message>
        <message>
            <source>{:.0f} MB in {}.</source>
            <translation>{:.0f} MB in {}.</translation>
        </message>
        <message>
            <source>there is no stored answer to compare with, but its values make sense</source>
            <translation>es gibt keine gespeicherte Antwort zum Vergleich, aber seine Werte sind sinnvoll</translation>
        </message>
        <message>
            <source>it gives its stored answer, to {} m</source>
            <translation>es gibt seine gespeicherte Antwort, auf {} m genau</translation>
        </message>
        <message>
            <source>All is right. The model {} {} ran on {}, threads: {}; {} ({} s).</source>
            <translation>Alles ist in Ordnung. Das Modell {} {} lief auf {}, Threads: {}; {} ({} s).</translation>
        </message>
        <message>
            <source>The expression {} cannot be computed ({}): {}</source>
            <translation>Der Ausdruck {} lässt sich nicht berechnen ({}): {}</translation>
        </message>
        <message>
            <source>Find a file</source>
            <translation>Datei suchen</translation>
        </message>
        <message>
            <source>(as it is in the model)</source>
            <translation>(wie im Modell)</translation>
        </message>
    </context>
</TS>
