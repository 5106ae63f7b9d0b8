// The plugins and folium's scripts look for Leaflet under this name.
const L = require("leaflet");

window.L = L;

// Leaflet finds its marker pictures by the address of its style sheet; here there is none.
delete L.Icon.Default.prototype._getIconUrl;
L.Icon.Default.mergeOptions({
  iconUrl: require("leaflet/dist/images/marker-icon.png"),
  iconRetinaUrl: require("leaflet/dist/images/marker-icon-2x.png"),
  shadowUrl: require("leaflet/dist/images/marker-shadow.png"),
});
