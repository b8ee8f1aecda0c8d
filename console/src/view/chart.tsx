// A chart and its table. uPlot is fetched when the first chart is shown; colours are those of the theme.

import { h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { _ } from "../words/say.js";
import { theme } from "./screen.js";

export interface Series {
  label: string;
  values: number[];
}

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

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

async function draw(target: HTMLElement, x: number[], series: Series[], { tick, isBars }: Look): Promise<Plot> {
  const { default: UPlot } = await import("uplot") as unknown as { default: Make };
  const axis = { stroke: colour("--ink"), grid: { stroke: colour("--rule") }, ticks: { stroke: colour("--line") }, font: "12px Console" };
  return new UPlot({
    width: Math.max(280, target.clientWidth), height: 160, legend: { show: false }, cursor: { show: false },
    scales: { x: { time: false, range: isBars ? [-0.6, x.length - 0.4] : undefined }, y: { range: isBars ? [0, Math.max(1, ...series[0].values) * 1.1] : undefined } },
    axes: [{ ...axis, values: (_plot: unknown, at: number[]) => at.map((value) => (Number.isInteger(value) || !isBars ? tick(value) : "")), space: 90 }, axis],
    series: [{}, ...series.map((one, i) => ({ label: one.label, stroke: colour(COLOURS[i % COLOURS.length]), width: 2, paths: isBars ? UPlot.paths.bars({ size: [0.6, 80] }) : undefined, fill: isBars ? colour("--accent") : undefined, points: { show: x.length < 30, size: 6 } }))],
  }, [x, ...series.map((one) => one.values.map((value) => (Number.isNaN(value) ? null : value)))], target);
}

export function Chart({ title, unit, x, series, tick, isBars, rows }:
  { title: string; unit: string; x: number[]; series: Series[]; rows: [string, ...string[]][] } & Look) {
  const target = useRef<HTMLDivElement>(null), said = theme.value;
  useEffect(() => {
    let plot: Plot | undefined, isGone = false;
    if (target.current !== null && x.length > 0) {
      void draw(target.current, x, series, { tick, isBars }).then((made) => {
        plot = made;
        if (isGone)
          made.destroy();
      });
    }
    return () => {
      isGone = true;
      plot?.destroy();
    };
  }, [x.length, x[x.length - 1], said]);
  return (
    <figure class="chart">
      <figcaption>{title} ({unit}): {series.map((one, i) => <span key={one.label} class={`key key-${i % COLOURS.length}`}>{one.label} </span>)}</figcaption>
      <div ref={target} aria-hidden="true" />
      <details>
        <summary>{_("The same as a table")}</summary>
        <table class="rows"><tbody>{rows.map(([name, ...values]) => <tr key={name}><th scope="row">{name}</th>{values.map((value) => <td>{value}</td>)}</tr>)}</tbody></table>
      </details>
    </figure>
  );
}
