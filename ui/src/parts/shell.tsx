// What is around every page: where one can go, whether the data is live, and who is asked.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { down, heardAt, loaded, resources, restart, sight, syncs } from "../live";
import { go, path, to } from "../router";
import { Link, Skip } from "./link";
import { me } from "./actions";
import { since } from "./words";

const PAGES = [
  ["", "Overview"],
  ["syncs", "Syncs"],
  ["objects", "Objects"],
  ["clusters", "Clusters"],
  ["waits", "Waits"],
  ["held", "Held"],
  ["trace", "Trace"],
  ["me", "Me"],
] as const;

export function Shell({ children }: { children: ComponentChildren }) {
  const here = path.value[0] === "resources" ? "syncs" : path.value[0];
  useEffect(() => document.querySelector(".top nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" }), [here]);
  return (
    <>
      <Skip />
      <header class="top">
        <Link to="" class="brand" label="Vidra, overview">
          <span class="mark" aria-hidden="true" /> Vidra
        </Link>
        <nav aria-label="Pages">
          {PAGES.map(([name, title]) => (
            <Link key={name} to={name} current={here === name}>
              {title}
            </Link>
          ))}
        </nav>
        <Find />
        <Live />
      </header>
      <Notices />
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <footer>
        <span>
          <bdi>{me.value?.server ?? ""}</bdi>
        </span>
        <span>{me.value ? `vidra ${me.value.version}` : ""}</span>
        <Theme />
      </footer>
    </>
  );
}

/** Leads to an object by kind and name, or searches. */
function Find() {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const writing = (event.target as HTMLElement).closest("input, select, textarea, dialog");
      if ((event.key === "/" && !writing) || (event.key === "k" && (event.ctrlKey || event.metaKey))) {
        event.preventDefault();
        field.current?.focus();
      }
    };
    addEventListener("keydown", focus);
    return () => removeEventListener("keydown", focus);
  }, []);
  const find = (event: Event) => {
    event.preventDefault();
    const text = field.current!.value.trim();
    if (text.includes("/")) go(to(["trace"], { object: text }));
    else if (text) go(to(["objects"], { q: text }));
  };
  return (
    <form role="search" class="find" onSubmit={find}>
      <input ref={field} type="search" maxLength={253} aria-label="Find an object: its name, or deploy/name" placeholder="Find: name, or deploy/name  ( / )" />
    </form>
  );
}

function Live() {
  const at = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => (at.value = Date.now()), 5_000);
    return () => clearInterval(timer);
  }, []);
  if (down.value) return <span class="live off">{heardAt.value ? `${since(heardAt.value, at.value)} old` : "not live"}</span>;
  return <span class={`live ${loaded.value ? "on" : ""}`}>{loaded.value ? "live" : "loading"}</span>;
}

/** What is wrong with what is shown, and what waits for a person, on every page. */
function Notices() {
  const hidden = Object.entries(sight.value).filter(([, seen]) => !seen.current);
  const held = [...syncs.value.values(), ...resources.value.values()].filter((row) => row.held).length;
  return (
    <div class="notices" role="status">
      {down.value && (
        <p class="notice bad">
          No changes arrive: <bdi>{down.value}</bdi>. What is shown may be old.{" "}
          <button type="button" class="small" onClick={restart}>
            Try again
          </button>
        </p>
      )}
      {!down.value &&
        hidden.map(([kind, seen]) => (
          <p class="notice warn" key={kind}>
            {kind === "syncs" ? "Syncs" : "VidraResources"} cannot be seen: <bdi>{seen.why}</bdi>{" "}
            <button type="button" class="small" onClick={restart}>
              Try again
            </button>
          </p>
        ))}
      {held > 0 && path.value[0] !== "held" && (
        <p class="notice warn">
          {held === 1 ? "A prune is held until somebody approves it." : `${held.toLocaleString("en")} prunes are held until somebody approves them.`}{" "}
          <Link to="held">See what would be deleted</Link>
        </p>
      )}
    </div>
  );
}

const THEMES = ["auto", "light", "dark"];

function Theme() {
  const chosen = useSignal(localStorage.getItem("theme") ?? "auto");
  useEffect(() => {
    document.documentElement.dataset.theme = chosen.value;
    localStorage.setItem("theme", chosen.value);
  }, [chosen.value]);
  const next = () => (chosen.value = THEMES[(THEMES.indexOf(chosen.value) + 1) % THEMES.length]!);
  return (
    <button type="button" class="small" onClick={next}>
      Colours: {chosen.value}
    </button>
  );
}
