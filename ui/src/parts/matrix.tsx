// Artifacts by clusters of one sync, those that lag or are not ready in colour. Only rows in view are in the document.
import { useComputed, useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { resources } from "../live";
import { to } from "../router";
import type { ResourceRow } from "../types";
import { Link } from "./link";
import { Empty, STATES } from "./words";

const HEIGHT = 34;
const AHEAD = 10;

interface Matrix {
  servers: string[];
  artifacts: string[];
  cells: Map<string, [string, ResourceRow]>;
}

export function Grid({ unit }: { unit: string }) {
  const box = useRef<HTMLDivElement>(null);
  const view = useSignal({ first: 0, last: 40 });
  const matrix = useComputed(gathered);
  useLayoutEffect(() => {
    const measure = () => {
      const top = -(box.current?.getBoundingClientRect().top ?? 0);
      const first = Math.max(0, Math.floor(top / HEIGHT) - AHEAD);
      view.value = { first, last: Math.ceil((top + innerHeight) / HEIGHT) + AHEAD };
    };
    measure();
    addEventListener("scroll", measure, { passive: true });
    return () => removeEventListener("scroll", measure);
  }, []);
  const { servers, artifacts, cells } = matrix.value;
  if (!artifacts.length) return <Empty title="There is nothing in any cluster yet" />;
  const tracks = { gridTemplateColumns: `minmax(12rem, 20rem) repeat(${servers.length}, minmax(6.5rem, 1fr))` };
  const { first, last } = view.value;
  return (
    <div class="matrix" role="region" aria-label={`${unit}s by cluster`} tabIndex={0}>
      <div role="table" aria-label={`${unit}s by cluster`} aria-rowcount={artifacts.length + 1}>
        <div role="row" class="matrix-row matrix-head" aria-rowindex={1} style={tracks}>
          <div role="columnheader">{unit}</div>
          {servers.map((server) => (
            <div role="columnheader" key={server} class="clip" title={server}>
              {server.replace(/^https?:\/\//, "") || "here"}
            </div>
          ))}
        </div>
        <div role="rowgroup" ref={box} style={{ height: `${artifacts.length * HEIGHT}px`, position: "relative" }}>
          {artifacts.slice(first, last).map((artifact, offset) => (
            <div
              role="row"
              class="matrix-row placed"
              key={artifact}
              aria-rowindex={first + offset + 2}
              style={{ ...tracks, top: `${(first + offset) * HEIGHT}px`, height: `${HEIGHT}px` }}
            >
              <div role="rowheader" class="clip mono" title={artifact}>
                <bdi>{artifact}</bdi>
              </div>
              {servers.map((server) => (
                <Cell key={server} found={cells.get(`${artifact} ${server}`)} />
              ))}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

function Cell({ found }: { found: [string, ResourceRow] | undefined }) {
  if (!found)
    return (
      <div role="cell" class="faint">
        –
      </div>
    );
  const [name, row] = found;
  const late = row.upToDate === false;
  const { word, tone } = late && row.state === "ready" ? { word: "Lagging", tone: "busy" } : STATES[row.state]!;
  return (
    <div role="cell">
      <Link to={to(["resources", name])} class={`badge ${tone}`} label={`${word}: ${name}`}>
        {word}
      </Link>
    </div>
  );
}

/** Clusters with the most that is not ready first; the same for artifacts. */
function gathered(): Matrix {
  const cells = new Map<string, [string, ResourceRow]>();
  const bad = { servers: new Map<string, number>(), artifacts: new Map<string, number>() };
  for (const [name, row] of resources.value) {
    const artifact = row.artifactId || name;
    const server = row.server ?? "";
    cells.set(`${artifact} ${server}`, [name, row]);
    const count = row.state === "ready" && row.upToDate !== false ? 0 : 1;
    bad.servers.set(server, (bad.servers.get(server) ?? 0) + count);
    bad.artifacts.set(artifact, (bad.artifacts.get(artifact) ?? 0) + count);
  }
  const worst = (counts: Map<string, number>) =>
    [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([key]) => key);
  return { servers: worst(bad.servers), artifacts: worst(bad.artifacts), cells };
}
