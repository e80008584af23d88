// A table of any length: only the rows in view are in the document. Arrow keys, Home and End move through it.
import { signal, useComputed, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { query, setQuery } from "../router";

export interface Column<T> {
  title: string;
  /** A track of a CSS grid. */
  width: string;
  cell: (item: T) => ComponentChildren;
  /** What it is sorted by. */
  by?: (item: T) => string | number;
  /** On a narrow screen: first line, its end, second line, or not shown. */
  narrow?: "main" | "end" | "note";
}

interface Props<T> {
  label: string;
  items: T[];
  columns: Column<T>[];
  id: (item: T) => string;
}

const NARROW = matchMedia("(max-width: 720px)");
const narrow = signal(NARROW.matches);
NARROW.addEventListener("change", () => (narrow.value = NARROW.matches));
const AHEAD = 8;

export function List<T extends object>({ label, items, columns, id }: Props<T>) {
  const box = useRef<HTMLDivElement>(null);
  const view = useSignal({ first: 0, last: 40 });
  const height = narrow.value ? 68 : 44;
  const sorted = useSorted(items, columns);
  useLayoutEffect(() => {
    const measure = () => {
      const top = -(box.current?.getBoundingClientRect().top ?? 0);
      const first = Math.max(0, Math.floor(top / height) - AHEAD);
      const last = Math.ceil((top + innerHeight) / height) + AHEAD;
      if (first !== view.peek().first || last !== view.peek().last) view.value = { first, last };
    };
    measure();
    addEventListener("scroll", measure, { passive: true });
    addEventListener("resize", measure);
    return () => {
      removeEventListener("scroll", measure);
      removeEventListener("resize", measure);
    };
  }, [height, sorted.length]);
  const tracks = columns.map((column) => column.width).join(" ");
  const drawn = useRef(new WeakMap<object, Drawn>()).current;
  const { first, last } = view.value;
  return (
    <div class="list" role="table" aria-label={label} aria-rowcount={sorted.length + 1}>
      <div role="rowgroup" class="list-head">
        <div role="row" class="row head" aria-rowindex={1} style={{ gridTemplateColumns: tracks }}>
          {columns.map((column) => (
            <Head key={column.title} column={column} />
          ))}
        </div>
      </div>
      <div
        role="rowgroup"
        ref={box}
        class="list-body"
        style={{ height: `${sorted.length * height}px` }}
        onKeyDown={(event) => move(event, box.current!, height, sorted.length)}
      >
        {sorted.slice(first, last).map((item, offset) => {
          // A row that is drawn already, at this place, is not compared again: it is the same one.
          const place = `${first + offset} ${height} ${tracks}`;
          const known = drawn.get(item);
          if (known?.place === place && known.columns === columns) return known.row;
          const row = <Row key={id(item)} item={item} at={first + offset} height={height} tracks={tracks} columns={columns} />;
          drawn.set(item, { place, columns, row });
          return row;
        })}
      </div>
    </div>
  );
}

interface Drawn {
  place: string;
  columns: unknown;
  row: ComponentChildren;
}

function Row<T>({ item, at, height, tracks, columns }: { item: T; at: number; height: number; tracks: string; columns: Column<T>[] }) {
  return (
    <div role="row" class="row" aria-rowindex={at + 2} style={{ gridTemplateColumns: tracks, top: `${at * height}px`, height: `${height}px` }}>
      {columns.map((column) => (
        <div role="cell" key={column.title} class={`cell ${column.narrow ?? "wide"}`}>
          {column.cell(item)}
        </div>
      ))}
    </div>
  );
}

function Head<T>({ column }: { column: Column<T> }) {
  const [name, down] = sorting();
  const on = name === column.title;
  if (!column.by)
    return (
      <div role="columnheader" class="cell">
        {column.title}
      </div>
    );
  return (
    <div role="columnheader" class="cell" aria-sort={on ? (down ? "descending" : "ascending") : "none"}>
      <button type="button" class="sort" onClick={() => setQuery("sort", on && !down ? `-${name}` : column.title)}>
        {column.title}
        <span aria-hidden="true">{on ? (down ? " ↓" : " ↑") : ""}</span>
      </button>
    </div>
  );
}

function sorting(): [string, boolean] {
  const text = query.value.get("sort") ?? "";
  return text.startsWith("-") ? [text.slice(1), true] : [text, false];
}

function useSorted<T>(items: T[], columns: Column<T>[]): T[] {
  const [name, down] = sorting();
  const given = useSignal(items);
  given.value = items;
  const by = columns.find((column) => column.title === name)?.by;
  const order = useComputed(() => {
    if (!by) return given.value;
    const keyed = given.value.map((item) => [by(item), item] as const);
    keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return keyed.map(([, item]) => item);
  });
  return by && down ? order.value.toReversed() : order.value;
}

const STEPS: Record<string, (at: number, count: number) => number> = {
  ArrowDown: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  PageDown: (at) => at + 15,
  PageUp: (at) => at - 15,
  Home: () => 0,
  End: (_, count) => count - 1,
};

function move(event: KeyboardEvent, box: HTMLElement, height: number, count: number): void {
  const step = STEPS[event.key];
  const row = (event.target as HTMLElement).closest<HTMLElement>("[role=row]");
  if (!step || !row) return;
  event.preventDefault();
  const index = Math.min(Math.max(step(Number(row.ariaRowIndex) - 2, count), 0), count - 1);
  const top = box.getBoundingClientRect().top + index * height;
  if (top < 140 || top > innerHeight - 2 * height) scrollBy(0, top - innerHeight / 2);
  focusRow(box, index);
}

/** Focuses a row as soon as it is drawn: where the list was scrolled, that takes a frame or, on a busy machine, more. */
function focusRow(box: HTMLElement, index: number, frames = 60): void {
  requestAnimationFrame(() => {
    const link = box.querySelector<HTMLElement>(`[aria-rowindex="${index + 2}"] :is(a, button)`);
    if (link) link.focus({ preventScroll: true });
    else if (frames > 0) focusRow(box, index, frames - 1);
  });
}
