// L.CRS.GCJ02: Web Mercator as Chinese tile servers draw it. It shifts the view, so that data in
// WGS 84 falls on tiles in GCJ-02; coordinates, distances and the data itself stay WGS 84.
const gcoord = require("gcoord");

const mercator = L.Projection.SphericalMercator;

L.CRS.GCJ02 = L.extend({}, L.CRS.EPSG3857, {
  projection: L.extend({}, mercator, {
    project(place) {
      const [lng, lat] = gcoord.transform([place.lng, place.lat], gcoord.WGS84, gcoord.GCJ02);
      return mercator.project(L.latLng(lat, lng));
    },
    unproject(point) {
      const drawn = mercator.unproject(point);
      const [lng, lat] = gcoord.transform([drawn.lng, drawn.lat], gcoord.GCJ02, gcoord.WGS84);
      return L.latLng(lat, lng);
    },
  }),
});
