// A chart and its table. uPlot is fetched when the first chart is shown; colours are those of the theme.

import { h, ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Figure, plotted, tableOf } from "../fold/drawn.js";
import { _ } from "../words/say.js";
import { Table } from "./parts.js";
import { theme } from "./screen.js";

interface Plot {
  destroy(): void;
}

interface Make {
  new (options: object, rows: (number | null)[][], target: HTMLElement): Plot;
  paths: { bars(options: object): unknown };
}

interface Look {
  tick(value: number): string; // what stands below the line
  isBars?: boolean;
}

const COLOURS = ["--accent", "--warn", "--good", "--bad"];

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

async function draw(target: HTMLElement, figure: Figure, { tick, isBars }: Look): Promise<Plot> {
  const { default: UPlot } = await import("uplot") as unknown as { default: Make };
  const { x, series } = figure;
  const axis = { stroke: colour("--ink"), grid: { stroke: colour("--rule") }, ticks: { stroke: colour("--line") }, font: "12px Console" };
  return new UPlot({
    width: Math.max(280, target.clientWidth), height: 160, legend: { show: false }, cursor: { show: false },
    scales: { x: { time: false, range: isBars ? [-0.6, x.length - 0.4] : undefined }, y: { range: isBars ? [0, Math.max(1, ...series[0].values) * 1.1] : undefined } },
    axes: [{ ...axis, values: (_plot: unknown, at: number[]) => at.map((value) => (Number.isInteger(value) || !isBars ? tick(value) : "")), space: 90 }, axis],
    series: [{}, ...series.map((one, i) => ({ label: one.label, stroke: colour(COLOURS[i % COLOURS.length]), width: 2, paths: isBars ? UPlot.paths.bars({ size: [0.6, 80] }) : undefined, fill: isBars ? colour("--accent") : undefined, points: { show: x.length < 30, size: 6 } }))],
  }, plotted(figure), target);
}

// The rows are made when somebody opens them: an hour of a line has many.
function Twin({ figure, tick, name }: { figure: Figure; tick: Look["tick"]; name: string }) {
  const [isOpen, set] = useState(false);
  return (
    <details onToggle={(event) => set(event.currentTarget.open)}>
      <summary>{_("The same as a table")}</summary>
      {isOpen ? (
        <Table rows={tableOf(figure, tick)} head={[name, ...figure.series.map((one) => one.label)]}
          row={([first, ...values]) => <tr key={first}><th scope="row">{first}</th>{values.map((value, i) => <td key={figure.series[i].label}>{value}</td>)}</tr>} />
      ) : null}
    </details>
  );
}

export function Chart({ title, unit, name, figure, tick, isBars, children }:
  { title: string; unit: string; name: string; figure: Figure; children?: ComponentChildren } & Look) {
  const target = useRef<HTMLDivElement>(null), { x, series } = figure;
  useEffect(() => {
    let plot: Plot | undefined, isGone = false;
    if (target.current !== null && x.length > 0) {
      void draw(target.current, figure, { tick, isBars }).then((made) => {
        plot = made;
        if (isGone)
          made.destroy();
      });
    }
    return () => {
      isGone = true;
      plot?.destroy();
    };
  }, [JSON.stringify([x, series]), theme.value]); // whatever is drawn: also of as many bars as before
  return (
    <figure class="chart">
      <figcaption>{title} ({unit}): {series.map((one, i) => <span key={one.label} class={`key key-${i % COLOURS.length}`}>{one.label} </span>)}</figcaption>
      <div ref={target} aria-hidden="true" />
      <Twin figure={figure} tick={tick} name={name} />
      {children}
    </figure>
  );
}
