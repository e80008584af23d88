// Who looks, and what they may do, and why not.
import { useEffect } from "preact/hooks";
import { want } from "../live";
import { askWho, me, meError } from "../parts/actions";
import { Failed } from "../parts/words";
import { about, logOut } from "../session";

const MODES: Record<string, string> = {
  local: "the user of your kubeconfig, by vidra ui on your machine",
  token: "the bearer of the token that you gave",
  proxy: "the person that the proxy before this page names",
};

export function MePage() {
  useEffect(() => {
    want(["syncs"]);
    void askWho();
  }, []);
  if (meError.value) return <Failed why={meError.value} />;
  if (!me.value) return <p class="loading">Asking…</p>;
  const { person, rights, server, mode, readOnly } = me.value;
  return (
    <>
      <h1>
        <bdi>{person.user || "Somebody"}</bdi>
      </h1>
      <p>
        You are {MODES[mode]}. Everything on this page is asked of <bdi>{server}</bdi> with your own rights
        {readOnly ? "; this page can change nothing" : ""}.
      </p>
      {person.groups.length > 0 && (
        <p class="faint">
          Groups: <bdi>{person.groups.join(", ")}</bdi>
        </p>
      )}
      <table class="grid" tabIndex={0}>
        <caption>What you may do</caption>
        <thead>
          <tr>
            <th scope="col">Verb</th>
            <th scope="col">On</th>
            <th scope="col">Allowed</th>
            <th scope="col">Why not</th>
          </tr>
        </thead>
        <tbody>
          {rights.map((right) => (
            <tr key={right.verb + right.resource}>
              <th scope="row">{right.verb}</th>
              <td>{right.resource}</td>
              <td>{right.allowed ? <span class="badge good">yes</span> : <span class="badge warn">no</span>}</td>
              <td>
                <bdi>{right.why}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {about.value.mode !== "proxy" && (
        <button type="button" onClick={() => logOut("You logged out.")}>
          Log out in this tab
        </button>
      )}
    </>
  );
}
