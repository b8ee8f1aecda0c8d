// Charts and their tables. uPlot is fetched when the first chart is shown; colours are those of the theme.

import { h, ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Figure, plotted, tableOf } from "../fold/drawn.js";
import { Dated, timeLine } from "../fold/rhythm.js";
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

// ---- Times as a picture; the rows beside it are its table. ----

const LINE_HEIGHT = 18, LEAST = 12; // of 1,000: minutes within many hours are seen too

const months = (first: number, last: number) => _("{1} to {2}; the upright line is today", new Date(first).toISOString().slice(0, 7), new Date(last).toISOString().slice(0, 7));

// note: what it says of its ends and of the line, if it is not of months.
export function TimeLine({ rows, at, note = months }: { rows: Dated[]; at: number; note?: (first: number, last: number) => string }) {
  const { bars, now, first, last } = timeLine(rows, at), height = bars.length * LINE_HEIGHT + 4;
  if (bars.length === 0)
    return null;
  return (
    <figure class="time-line" aria-hidden="true">
      <svg viewBox={`0 0 1000 ${height}`} preserveAspectRatio="none" width="100%" height={height}>
        {bars.map((bar, i) => <rect key={bar.place} x={Math.min(bar.from, 1000 - LEAST)} y={i * LINE_HEIGHT + 5} width={Math.max(LEAST, bar.to - bar.from)} height={LINE_HEIGHT - 8} />)}
        <line x1={now} x2={now} y1={0} y2={height} />
      </svg>
      <ol>{bars.map((bar) => <li key={bar.place}>{bar.name}</li>)}</ol>
      <figcaption>{note(first, last)}</figcaption>
    </figure>
  );
}
