/* A map that stays while its layers change, and that says what is done on it.

   Runs after folium's own script, in the frame of the map. `setup` is plain data: `place` (the name
   under which view and switched-off layers are kept in this browser tab), `words` (for drawing).
   The rest of the page speaks to it by `planner.layers([...])` and `planner.use({...})`, and hears
   of it by Streamlit.setComponentValue: {id, type: "pick" | "click" | "move" | "draw" | "need", ...}. */
function plannerLive(map, setup) {
  "use strict";
  var shown = {}, order = [], hidden = {}, busy = false, tool = {name: "look"};
  var drawing = null, held = null, lastSent = 0, count = 0;
  var control = L.control.layers(null, null, {
    position: "topright", collapsed: window.innerWidth < 850, sortLayers: false
  }).addTo(map);
  var box = map.getContainer();
  var toggle = control.getContainer().querySelector("a");
  toggle.title = setup.words.layers;
  toggle.textContent = setup.words.layers;
  toggle.style.fontSize = 0;

  /* Leaflet gives the map the focus at every press of the mouse. Where the map is not wholly on
     screen, the page would then scroll under the mouse, and the click would miss. */
  box.focus = function () { HTMLElement.prototype.focus.call(box, {preventScroll: true}); };

  function kept(part) {
    try { return JSON.parse(window.sessionStorage.getItem(setup.place + part)); }
    catch (error) { return null; }
  }
  function keep(part, value) {
    try { window.sessionStorage.setItem(setup.place + part, JSON.stringify(value)); }
    catch (error) { /* a browser that stores nothing: the map begins anew each time */ }
  }

  function send(event) {
    lastSent = Date.now();
    count += 1;
    event.id = lastSent + "-" + count;
    window.Streamlit.setComponentValue(event);
  }
  function degrees(latlng) { return [+latlng.lng.toFixed(6), +latlng.lat.toFixed(6)]; }

  /* -- the view ------------------------------------------------------------------------------- */
  var view = kept("view");
  if (view) { map.setView([view[0], view[1]], view[2], {animate: false}); }
  map.on("moveend", function () {
    var middle = map.getCenter();
    keep("view", [middle.lat, middle.lng, map.getZoom()]);
  });
  /* Another map of the same county on the page was moved: this one goes along. */
  window.addEventListener("storage", function (event) {
    var other = event.key === setup.place + "view" && kept("view");
    if (!other) { return; }
    var here = map.getCenter();
    if (map.getZoom() === other[2] && here.distanceTo([other[0], other[1]]) < 1) { return; }
    map.setView([other[0], other[1]], other[2], {animate: false});
  });

  /* -- layers --------------------------------------------------------------------------------- */
  hidden = kept("hidden") || {};
  function switched(event, off) {
    if (busy) { return; }
    order.forEach(function (key) {
      if (shown[key].group === event.layer) { hidden[key] = off; }
    });
    keep("hidden", hidden);
  }
  map.on("overlayadd", function (event) { switched(event, false); ready(event.layer); });
  map.on("overlayremove", function (event) { switched(event, true); });

  /* -- parts of the legend that fold ----------------------------------------------------------- */
  var folded = kept("folded") || {};
  function fold() {
    box.querySelectorAll("details[data-part]").forEach(function (part) {
      if (part.dataset.part in folded) { part.open = !folded[part.dataset.part]; }
    });
  }
  box.addEventListener("click", function (event) {
    var part = event.target.closest && event.target.closest("summary");
    part = part && part.parentElement.closest("details[data-part]");
    if (!part) { return; }
    window.setTimeout(function () {  /* when it has folded */
      folded[part.dataset.part] = !part.open;
      keep("folded", folded);
    });
  }, true);

  function parts(group, visit) {
    if (group.eachLayer) { group.eachLayer(function (part) { parts(part, visit); }); }
    else { visit(group); }
  }
  function identity(part) {
    var told = part.feature && part.feature.properties;
    if (!told) { return null; }
    return told.f ? "facility:" + plain(told.f) : told.c ? "village:" + plain(told.c) : null;
  }
  /* Properties are escaped as html. */
  function plain(html) {
    var words = document.createElement("span");
    words.innerHTML = html;
    return words.textContent;
  }
  function place(part) { return part.getLatLng ? part.getLatLng() : null; }

  /* What was open before a layer was replaced is open after it. */
  function opened() {
    var popup = map._popup;
    if (!popup || !popup.isOpen() || !popup._source) { return null; }
    var part = popup._source, told = part.feature && part.feature.properties;
    return told ? {key: identity(part), name: told.n, at: popup.getLatLng()} : null;
  }
  function reopen(was) {
    var found = null;
    order.forEach(function (key) {
      if (!map.hasLayer(shown[key].group)) { return; }
      parts(shown[key].group, function (part) {
        var told = part.feature && part.feature.properties;
        if (found || !told || !part.getPopup || !part.getPopup()) { return; }
        var same = place(part) && place(part).equals(was.at) && told.n === was.name;
        if (was.key ? identity(part) === was.key : same) { found = part; }
      });
    });
    if (found) {
      var popup = found.getPopup(), pan = popup.options.autoPan;
      popup.options.autoPan = false;
      found.openPopup(was.at);
      popup.options.autoPan = pan;
    }
  }

  function layers(wanted) {
    /* Layers come without their code where this map is believed to draw them already. */
    var lacking = wanted.some(function (entry) {
      var here = shown[entry.key];
      return !entry.make && !(here && here.digest === entry.digest);
    });
    if (lacking) {
      count += 1;
      window.Streamlit.setComponentValue({type: "need", id: Date.now() + "-" + count});
      window.feature_group = [];
      return;
    }
    var before = opened(), changed = false;
    busy = true;
    var keys = wanted.map(function (entry) { return entry.key; });
    order.slice().forEach(function (key) {
      var next = wanted[keys.indexOf(key)];
      if (next && next.digest === shown[key].digest) { return; }
      control.removeLayer(shown[key].group);
      map.removeLayer(shown[key].group);
      delete shown[key];
      changed = true;
    });
    wanted.forEach(function (entry) {
      if (shown[entry.key]) { return; }
      window.feature_group = [];
      entry.make();
      var group = window.feature_group[0];
      window.feature_group = [];
      shown[entry.key] = {digest: entry.digest, group: group, name: entry.name, at: Infinity};
      if (entry.key in hidden ? hidden[entry.key] : !entry.show) { map.removeLayer(group); }
      changed = true;
    });
    if (changed || keys.join() !== order.join()) {
      order.forEach(function (key) { if (shown[key]) { control.removeLayer(shown[key].group); } });
      keys.forEach(function (key) {
        if (shown[key].name) { control.addOverlay(shown[key].group, shown[key].name); }
      });
      /* Lines and areas lie in one pane, in the order in which they were added. */
      keys.forEach(function (key) {
        if (map.hasLayer(shown[key].group) && shown[key].group.bringToFront) {
          shown[key].group.bringToFront();
        }
      });
    }
    order = keys;
    busy = false;
    fold();
    if (before && changed && !(map._popup && map._popup.isOpen())) { reopen(before); }
    order.forEach(function (key) { ready(shown[key].group); });
    /* The frame of the map removes what it finds here when anything changes. */
    window.feature_group = [];
  }

  /* -- what is done on the map ---------------------------------------------------------------- */
  function ready(group) {
    if (!group || group.plannerReady === tool.name) { return; }
    group.plannerReady = tool.name;
    parts(group, function (part) {
      var movable = tool.name === "move" && part.dragging && /^facility:/.test(identity(part));
      if (part.dragging) { part.dragging[movable ? "enable" : "disable"](); }
      mute(part, tool.name !== "look");
      if (part.plannerHeard) { return; }
      part.plannerHeard = true;
      part.on("click", function (event) {
        var key = identity(part);
        if (tool.name === "look" && key) { send({type: "pick", key: key, name: told(part)}); }
        if (tool.name === "move" && key && /^facility:/.test(key)) {
          L.DomEvent.stop(event);
          hold(part);
        }
      });
      part.on("dragend", function () {
        var at = degrees(part.getLatLng());
        send({type: "move", key: identity(part), lon: at[0], lat: at[1]});
      });
    });
  }
  /* While something is placed or drawn, a click opens no popup. */
  function mute(part, quiet) {
    if (quiet && part.getPopup && part.getPopup()) {
      part.plannerPopup = part.getPopup();
      part.unbindPopup();
    } else if (!quiet && part.plannerPopup) {
      part.bindPopup(part.plannerPopup);
      part.plannerPopup = null;
    }
  }
  function told(part) {
    return plain(part.feature.properties.n || "");
  }
  function hold(part) {
    if (held && held._icon) { held._icon.classList.remove("planner-held"); }
    held = part;
    if (held && held._icon) { held._icon.classList.add("planner-held"); }
    if (part) { part.closePopup(); part.closeTooltip(); }
  }

  /* Before Leaflet hears it: a click that places something opens no popup and zooms nothing. */
  box.addEventListener("click", function (event) {
    var places = tool.name === "add" || (tool.name === "move" && held);
    if (!places || event.target.closest(".leaflet-control")) { return; }
    if (map.dragging.moved() || Date.now() - lastSent < 500) { return; }
    if (tool.name === "move" && held._icon && held._icon.contains(event.target)) { return; }
    event.stopPropagation();
    event.preventDefault();
    var at = degrees(map.mouseEventToLatLng(event));
    if (tool.name === "add") { send({type: "click", lon: at[0], lat: at[1]}); return; }
    send({type: "move", key: identity(held), lon: at[0], lat: at[1]});
    hold(null);
  }, true);

  map.on("draw:created", function (event) {
    var line = event.layerType === "polyline";
    var points = line ? event.layer.getLatLngs() : event.layer.getLatLngs()[0];
    send({type: "draw", shape: line ? "line" : "area", points: points.map(degrees)});
    begin();
  });

  function begin() {
    if (drawing) { drawing.disable(); drawing = null; }
    var style = {color: "#b2182b", weight: 4, opacity: 0.9};
    var options = {shapeOptions: style, allowIntersection: true, repeatMode: false};
    if (tool.name === "line") { drawing = new L.Draw.Polyline(map, options); }
    if (tool.name === "area") {
      options.allowIntersection = false;
      options.drawError = {color: "#b2182b", message: setup.words.crossing};
      drawing = new L.Draw.Polygon(map, options);
    }
    if (drawing) { drawing.enable(); }
  }

  function use(wanted) {
    if (wanted.tool !== tool.name) {
      tool = {name: wanted.tool};
      hold(null);
      begin();
      order.forEach(function (key) { ready(shown[key].group); });
    }
    box.dataset.tool = tool.name;
    box.classList.toggle("planner-aim", tool.name === "add");
    map.doubleClickZoom[tool.name === "look" ? "enable" : "disable"]();
    if (wanted.focus && wanted.focus.id !== kept("focus")) {
      keep("focus", wanted.focus.id);
      map.setView(wanted.focus.at, Math.max(map.getZoom(), wanted.focus.zoom), {animate: false});
      reopen({key: wanted.focus.key, name: wanted.focus.name, at: L.latLng(wanted.focus.at)});
    }
  }

  if (L.drawLocal) {
    var say = L.drawLocal.draw.handlers, words = setup.words;
    say.polyline.error = words.crossing;
    say.polyline.tooltip = {start: words.line_start, cont: words.line_next, end: words.line_end};
    say.polygon.tooltip = {start: words.area_start, cont: words.area_next, end: words.area_end};
  }
  var style = document.createElement("style");
  style.textContent = ".planner-aim, .planner-aim .leaflet-interactive {cursor: crosshair}" +
    ".planner-held {outline: 3px dashed #b2182b; outline-offset: 3px}" +
    ".leaflet-draw-tooltip {font-family: inherit}" +
    (setup.bare ? ".planner-title {display: none}" : "");
  document.head.appendChild(style);
  window.planner = {layers: layers, use: use, map: map};
}
