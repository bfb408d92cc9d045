/** Pure: a plot of lines as SVG, readable on a light and on a dark page. */

interface Line {
  name: string;
  points: readonly (readonly [x: number, y: number])[];
}

export interface Plot {
  title: string;
  x: string;
  y: string;
  lines: readonly Line[];
}

const [width, height] = [640, 360];
const [left, right, top, bottom] = [64, 150, 40, 48];
const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

const escaped = (text: string) => text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);

/** A round number at or above this. */
export function niceMaximum(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 2.5, 5].find((step) => step * power >= value) ?? 10) * power;
}

export function svgOf({ title, x, y, lines }: Plot): string {
  const all = lines.flatMap(({ points }) => points);
  const [maximumX, maximumY] = [0, 1].map((axis) => niceMaximum(Math.max(...all.map((point) => point[axis] ?? 0)))) as [
    number,
    number,
  ];
  const atX = (value: number) => left + (value / maximumX) * (width - left - right);
  const atY = (value: number) => height - bottom - (value / maximumY) * (height - top - bottom);
  const text = (at: [number, number], words: string, more = "") =>
    `<text x="${at[0]}" y="${at[1]}" ${more}>${escaped(words)}</text>`;
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  const grid = ticks.flatMap((part) => [
    `<line x1="${left}" x2="${width - right}" y1="${atY(part * maximumY)}" y2="${atY(part * maximumY)}" stroke="#8884"/>`,
    text([left - 6, atY(part * maximumY) + 4], shown(part * maximumY), 'text-anchor="end"'),
    text([atX(part * maximumX), height - bottom + 16], shown(part * maximumX), 'text-anchor="middle"'),
  ]);
  const drawn = lines.flatMap(({ name, points }, index) => {
    const colour = colours[index % colours.length];
    const places = points.map(([px, py]) => [round(atX(px)), round(atY(py))] as const);
    return [
      `<polyline points="${places.join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`),
      text([width - right + 12, top + 16 + index * 18], name, `fill="${colour}"`),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#808080" role="img">`,
    `<title>${escaped(title)}</title>`,
    text([left, 22], title, 'font-size="14" font-weight="bold"'),
    ...grid,
    text([(left + width - right) / 2, height - 10], x, 'text-anchor="middle"'),
    text([14, top - 8], y),
    ...drawn,
    "</svg>",
    "",
  ].join("\n");
}

const round = (value: number) => Math.round(value * 10) / 10;
const shown = (value: number) => String(Number(value.toPrecision(3)));
