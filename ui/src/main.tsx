// The page: logs in, then shows what the address says.
import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { get, post } from "./api";
import { askWho } from "./parts/actions";
import { Shell } from "./parts/shell";
import { RESOURCE, kindOfPage } from "./kinds";
import { path } from "./router";
import { about, logIn, secret } from "./session";
import { Clusters } from "./pages/clusters";
import { HeldPage } from "./pages/held";
import { Login } from "./pages/login";
import { MePage } from "./pages/me";
import { ObjectPage } from "./pages/object";
import { Objects } from "./pages/objects";
import { Overview } from "./pages/overview";
import { ResourcePage } from "./pages/resource";
import { SyncPage } from "./pages/sync";
import { Syncs } from "./pages/syncs";
import { TracePage } from "./pages/trace";
import { Waits } from "./pages/waits";
import { Empty } from "./parts/words";
import { Link } from "./parts/link";

function Page() {
  const [page, name, tab] = path.value;
  const heading = useRef("");
  useEffect(() => {
    document.title = `${name ?? (page || "Overview")} · Vidra`;
    if (heading.current && heading.current !== `${page}/${name}`) document.getElementById("main")?.focus();
    heading.current = `${page}/${name}`;
  }, [page, name]);
  if (!secret.value && about.value.mode !== "proxy") return <Login />;
  return <Shell>{shown(page!, name, tab)}</Shell>;
}

function shown(page: string, name: string | undefined, tab: string | undefined) {
  if (page === "") return <Overview />;
  const kind = kindOfPage(page);
  if (kind === RESOURCE && name) return <ResourcePage key={name} name={name} tab={tab ?? "objects"} />;
  if (kind && name) return <SyncPage key={kind + name} kind={kind} name={name} tab={tab ?? "objects"} />;
  if (page === "syncs") return <Syncs />;
  if (page === "objects") return <Objects />;
  if (page === "object") return <ObjectPage />;
  if (page === "clusters") return <Clusters />;
  if (page === "waits") return <Waits />;
  if (page === "held") return <HeldPage />;
  if (page === "trace") return <TracePage />;
  if (page === "me") return <MePage />;
  return (
    <>
      <h1 class="sr">Not found</h1>
      <Empty title="There is no such page">
        <Link to="">Overview</Link>
      </Empty>
    </>
  );
}

async function start(): Promise<void> {
  document.documentElement.dataset.theme = localStorage.getItem("theme") ?? "auto";
  try {
    about.value = await get("about");
  } catch (error) {
    document.getElementById("app")!.textContent = (error as Error).message;
    return;
  }
  await logIn(async (code) => (await post<{ session: string }>("login", { code })).session);
  void askWho();
  render(<Page />, document.getElementById("app")!);
}

void start();
