// Who looks, and what they may do, and why not.
import { useEffect } from "preact/hooks";
import { want } from "../live";
import { askWho, me, meError } from "../parts/actions";
import { Failed } from "../parts/words";
import { about, logOut } from "../session";
import type { Me } from "../types";

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
  const verbs = [...new Set(rights.map((right) => right.verb))];
  const refused = rights.filter((right) => !right.allowed);
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
      <table class="grid fit" tabIndex={0}>
        <caption>What you may do</caption>
        <thead>
          <tr>
            <th scope="col">Kind</th>
            {verbs.map((verb) => (
              <th scope="col" key={verb}>
                {verb}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...new Set(rights.map((right) => right.resource))].map((resource) => (
            <tr key={resource}>
              <th scope="row">{resource}</th>
              {verbs.map((verb) => (
                <td key={verb}>
                  <Allowed right={rights.find((right) => right.verb === verb && right.resource === resource)} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {refused.length > 0 && (
        <section aria-labelledby="why">
          <h2 id="why">Why not</h2>
          <ul>
            {refused.map((right) => (
              <li key={right.verb + right.resource}>
                <bdi>{right.why}</bdi>
              </li>
            ))}
          </ul>
        </section>
      )}
      {about.value.mode !== "proxy" && (
        <button type="button" onClick={() => logOut("You logged out.")}>
          Log out in this tab
        </button>
      )}
    </>
  );
}

function Allowed({ right }: { right: Me["rights"][number] | undefined }) {
  if (!right) return <span class="faint">–</span>;
  return right.allowed ? (
    <span class="badge good">yes</span>
  ) : (
    <span class="badge warn" title={right.why}>
      no
    </span>
  );
}
