// What needs somebody, what changed last, and how much of everything there is.
import { useEffect } from "preact/hooks";
import { keyOf, pageOf } from "../kinds";
import { loaded, resources, sight, want } from "../live";
import { Link } from "../parts/link";
import { Advice, Ago, Badge, Command, Empty, Prose, plural } from "../parts/words";
import { to } from "../router";
import { COUNTERS, type Item, allResources, allSyncs, needs, shownState, syncsWith, worstFirst } from "../rows";

export function Overview() {
  useEffect(() => want(["syncs", "resources"]), []);
  if (!loaded.value) return <p class="loading">Loading…</p>;
  const all = allSyncs();
  const made = allResources();
  const byHand = made.filter((row) => !row.sync);
  const fine = new Set(all.filter((row) => !needs(row)).map(keyOf));
  const alone = made.filter((row) => !row.sync || fine.has(row.sync));
  const troubled: Item[] = [...all, ...alone].filter(needs).sort(worstFirst);
  const newest = [...all, ...byHand].filter((row) => row.changed).sort((a, b) => (b.changed! > a.changed! ? 1 : -1));
  if (!all.length && !byHand.length) return <Nothing />;
  const objects = [...resources.value.values()].reduce((sum, row) => sum + (row.objects ?? 0), 0);
  return (
    <>
      <h1 class="sr">Overview</h1>
      <ul class="counters">
        {COUNTERS.map(([name, test]) => {
          const count = syncsWith(test).size + byHand.filter(test).length;
          return (
            <li key={name}>
              <Link to={to(["syncs"], { state: name })} class={`counter ${count ? name : "none"}`}>
                <span class="number">{count.toLocaleString("en")}</span> {name}
              </Link>
            </li>
          );
        })}
      </ul>
      <p class="summary">
        {plural(all.length, "sync")}, {all.filter((row) => row.state === "ready").length.toLocaleString("en")} of them ready ·{" "}
        {plural(resources.value.size, "VidraResource")} · {plural(objects, "object")}
      </p>
      <section aria-labelledby="needs">
        <h2 id="needs">Needs somebody</h2>
        {troubled.length === 0 && <p class="fine">Nothing does. Every sync is as its spec says, or on its way.</p>}
        <ul class="cards">
          {troubled.slice(0, 20).map((row) => (
            <Trouble key={row.kind + row.name} row={row} />
          ))}
        </ul>
        {troubled.length > 20 && <Link to={to(["syncs"], { sort: "State" })}>All {troubled.length.toLocaleString("en")}</Link>}
      </section>
      <section aria-labelledby="newest">
        <h2 id="newest">Newest changes</h2>
        {newest.length === 0 && <p class="faint">None yet.</p>}
        <ul class="changes">
          {newest.slice(0, 10).map((row) => (
            <li key={row.kind + row.name}>
              <Ago time={row.changed} />
              <span class="clip" title={row.name}>
                <Link to={pageOf(row)}>
                  <bdi>{row.name}</bdi>
                </Link>
              </span>
              <span class="faint clip">
                <bdi>{row.message}</bdi>
              </span>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function Trouble({ row }: { row: Item }) {
  return (
    <li class="card">
      <div class="card-head">
        <Badge state={shownState(row)} />
        <Link to={pageOf(row)} class="strong">
          <bdi>{row.name}</bdi>
        </Link>
        <span class="faint">
          {row.kind} · {row.reason} for <Ago time={row.since} />
        </span>
      </div>
      <p class="message">
        <Prose text={row.message ?? ""} />
      </p>
      <Advice reason={row.drifted && row.state === "ready" ? "Drifted" : row.reason} />
      <Next row={row} />
    </li>
  );
}

/** Where the page goes on. */
function Next({ row }: { row: Item }) {
  if (row.held) return <Link to={pageOf(row)}>See the objects, and approve or not</Link>;
  if (row.drifted) return <Link to={pageOf(row, "drift")}>See what differs, and who changed it</Link>;
  if (row.state === "waiting" && row.dependsOn?.length) return <Link to={pageOf(row, "waits")}>See what it waits for</Link>;
  return null;
}

/** What is said where nothing is: what cannot be seen is not taken for what is not there. */
export function Nothing() {
  if (Object.values(sight.value).some((seen) => !seen.current))
    return <Empty title="Nothing can be seen here now" />;
  return (
    <Empty title="There is no sync yet">
      <p>A sync says which manifests of which source go where. Make one, then see whether Vidra has all that it needs:</p>
      <p>
        <Command text="vidra infrahubsync apply --help" />
      </p>
      <p>
        <Command text="vidra sync apply --help" />
      </p>
      <p>
        <Command text="vidra check" />
      </p>
    </Empty>
  );
}
