// What a map page needs from others, in one script: Leaflet, then the plugins that extend it.
// setup.py has esbuild bundle this file into maps/bundle/map.js and map.css.
require("./global.js");

require("leaflet/dist/leaflet.css");
require("leaflet.fullscreen/Control.FullScreen.js");
require("leaflet.fullscreen/Control.FullScreen.css");
require("leaflet-groupedlayercontrol/dist/leaflet.groupedlayercontrol.min.js");
require("leaflet-groupedlayercontrol/dist/leaflet.groupedlayercontrol.min.css");
require("leaflet.control.layers.tree/L.Control.Layers.Tree.js");
require("leaflet.control.layers.tree/L.Control.Layers.Tree.css");
require("leaflet-search/dist/leaflet-search.src.js");
require("leaflet-search/dist/leaflet-search.src.css");
require("leaflet.markercluster/dist/leaflet.markercluster-src.js");
require("leaflet.markercluster/dist/MarkerCluster.css");
require("leaflet.markercluster/dist/MarkerCluster.Default.css");
require("leaflet.sync/L.Map.Sync.js");
