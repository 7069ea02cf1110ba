(() => {
  const { axes, fields } = JSON.parse(document.getElementById("explorer-data").textContent);
  const VOID = 65535, names = ["x", "y", "z"], solid = axes.length === 3;
  const counts = axes.map((edges) => edges.length - 1);
  for (const field of fields) {
    const bytes = Uint8Array.from(atob(field.data), (c) => c.charCodeAt(0));
    field.values = new Uint16Array(bytes.buffer);
  }
  const make = (tag, parent, text) => {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    return parent.appendChild(element);
  };
  const root = document.getElementById("explorer");
  const bar = make("div", root);
  bar.className = "controls";
  const choose = (label, options) => {
    const select = make("select", make("label", bar, label + " "));
    options.forEach((text, n) => { make("option", select, text).value = n; });
    return select;
  };
  const fieldOf = choose("Field", fields.map((f) => f.title));
  const axisOf = solid ? choose("Cut across", names) : null;
  if (axisOf) axisOf.value = 2;
  const slider = solid ? make("input", make("label", bar, "at ")) : null;
  const place = solid ? make("output", bar) : null;
  if (slider) { slider.type = "range"; slider.min = 0; slider.setAttribute("aria-label", "place of the slice"); }
  const canvas = make("canvas", root);
  const told = make("p", root, "Move over the map, or touch it, for values.");
  told.className = "told";
  const key = make("div", root);
  key.className = "scale";

  const digits = (v, n = 4) => {
    const a = Math.abs(v);
    return v === 0 ? "0" : (a >= 1e5 || a < 1e-3 ? v.toExponential(n - 1) : Number(v.toPrecision(n)).toString()).replace("-", "−");
  };
  const length = (m, axis) => {
    const spans = axes.map((e) => e[e.length - 1] - e[0]), most = Math.max(...spans);
    const longest = most < 100 * spans[axis] ? most : spans[axis];
    const [factor, unit] = longest >= 1e4 ? [1e-3, "km"] : longest >= 1 ? [1, "m"] : longest >= 1e-3 ? [1e3, "mm"] : longest >= 1e-6 ? [1e6, "µm"] : [1e9, "nm"];
    return digits(m * factor, 5) + " " + unit;
  };
  const value = (field, q) => field.kinds ? field.kinds[q] : (() => {
    const part = q / (VOID - 1);
    const v = field.log ? field.low * Math.pow(field.high / field.low, part) : field.low + part * (field.high - field.low);
    return digits(v, 5) + (field.unit ? " " + field.unit : "");
  })();
  const state = () => {
    const across = solid ? Number(axisOf.value) : 2;
    const [h, v] = [[1, 2], [0, 2], [0, 1]][across];
    return { across, h, v, field: fields[Number(fieldOf.value)], layer: solid ? Number(slider.value) : 0 };
  };
  const index = (s, i, j) => {
    const cell = [0, 0, 0];
    cell[s.across] = s.layer; cell[s.h] = i; cell[s.v] = j;
    return cell[0] + counts[0] * (cell[1] + counts[1] * cell[2]);
  };
  const part = (edges, n) => (edges[n] - edges[0]) / (edges[edges.length - 1] - edges[0]);
  const draw = () => {
    const s = state(), [eh, ev] = [axes[s.h], axes[s.v]];
    const ratio = (ev[ev.length - 1] - ev[0]) / (eh[eh.length - 1] - eh[0]);
    const width = Math.min(root.clientWidth, 900, Math.max(240, 620 / ratio));
    const height = Math.max(60, Math.min(620, width * ratio));
    const scale = window.devicePixelRatio || 1;
    canvas.style.width = width + "px"; canvas.style.height = height + "px";
    canvas.width = Math.round(width * scale); canvas.height = Math.round(height * scale);
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#cdcdcd"; pen.fillRect(0, 0, canvas.width, canvas.height);
    for (let j = 0; j < counts[s.v]; j++) {
      const y0 = Math.round(canvas.height * (1 - part(ev, j + 1))), y1 = Math.round(canvas.height * (1 - part(ev, j)));
      for (let i = 0; i < counts[s.h]; i++) {
        const q = s.field.values[index(s, i, j)];
        if (q === VOID) continue;
        const x0 = Math.round(canvas.width * part(eh, i)), x1 = Math.round(canvas.width * part(eh, i + 1));
        const colours = s.field.colours;
        pen.fillStyle = s.field.kinds ? colours[q] : colours[Math.round(q / (VOID - 1) * (colours.length - 1))];
        pen.fillRect(x0, y0, Math.max(1, x1 - x0), Math.max(1, y1 - y0));
      }
    }
    if (place) {
      const e = axes[s.across];
      place.textContent = names[s.across] + " = " + length(0.5 * (e[s.layer] + e[s.layer + 1]), s.across);
    }
    key.replaceChildren();
    if (s.field.kinds) {
      s.field.kinds.forEach((name, n) => {
        const entry = make("span", key, " " + name);
        entry.style.borderLeft = "14px solid " + s.field.colours[n];
        entry.className = "kind";
      });
    } else {
      make("span", key, value(s.field, 0));
      make("span", key).style.cssText = "flex:1;height:12px;background:linear-gradient(to right," + s.field.colours.join(",") + ")";
      make("span", key, value(s.field, VOID - 1) + (s.field.log ? " (log scale)" : ""));
    }
  };
  const find = (edges, at) => {
    let n = 0;
    while (n < edges.length - 2 && part(edges, n + 1) <= at) n++;
    return n;
  };
  const point = (event) => {
    const s = state(), box = canvas.getBoundingClientRect();
    const across = (event.clientX - box.left) / box.width, up = 1 - (event.clientY - box.top) / box.height;
    if (across < 0 || across > 1 || up < 0 || up > 1) return;
    const [eh, ev] = [axes[s.h], axes[s.v]];
    const i = find(eh, across), j = find(ev, up);
    const q = s.field.values[index(s, i, j)];
    const where = names[s.h] + " = " + length(0.5 * (eh[i] + eh[i + 1]), s.h) + ", " + names[s.v] + " = " + length(0.5 * (ev[j] + ev[j + 1]), s.v);
    told.textContent = s.field.title + ": " + (q === VOID ? "void" : value(s.field, q)) + " at " + where;
  };
  const choice = () => {
    if (slider) {
      const n = counts[Number(axisOf.value)];
      slider.max = n - 1; slider.value = Math.floor(n / 2);
    }
    draw();
  };
  canvas.addEventListener("pointermove", point);
  canvas.addEventListener("pointerdown", point);
  fieldOf.addEventListener("change", draw);
  if (axisOf) axisOf.addEventListener("change", choice);
  if (slider) slider.addEventListener("input", draw);
  window.addEventListener("resize", draw);
  choice();
})();
