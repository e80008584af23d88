// What reconciling would change: now, or with another branch or moment of Infrahub.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { post } from "../api";
import { query, setQuery } from "../router";
import type { Preview } from "../types";
import { short } from "./actions";
import { Command, Failed, Prose, plural } from "./words";

export function PreviewTab({ kind, name }: { kind: string; name: string }) {
  const branch = query.value.get("branch") ?? "";
  const date = query.value.get("date") ?? "";
  const result = useSignal<{ value?: Preview; error?: string; running?: boolean }>({});
  const run = async () => {
    result.value = { running: true };
    try {
      result.value = { value: await post<Preview>("diff", { name: short(kind, name), branch, date }) };
    } catch (error) {
      result.value = { error: (error as Error).message };
    }
  };
  useEffect(() => {
    if (branch || date) void run();
  }, []);
  const { value, error, running } = result.value;
  const command = `vidra diff ${short(kind, name)}${branch && ` --branch ${branch}`}${date && ` --date ${date}`}`;
  return (
    <>
      <form
        class="page-head"
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        <h2>Preview</h2>
        {kind === "InfrahubSync" && (
          <>
            <label class="inline">
              Branch
              <input class="filter" maxLength={253} placeholder="the sync's" value={branch} onInput={(event) => setQuery("branch", event.currentTarget.value)} />
            </label>
            <label class="inline">
              As of
              <input class="filter" maxLength={64} placeholder="now, -2h, 2026-01-31T12:00:00Z" value={date} onInput={(event) => setQuery("date", event.currentTarget.value)} />
            </label>
          </>
        )}
        <button type="submit" class="primary" disabled={running}>
          {running ? "Asking the API servers…" : "Show what would change"}
        </button>
      </form>
      <p class="faint">
        By a dry run of the API servers, with your own rights: nothing is written. Values of Secrets are masked.{" "}
        {!value && !error && !running && "A branch shows what its merge would change; a moment, what a rollback would."}
      </p>
      {error && <Failed why={error} />}
      {value && <Result preview={value} />}
      <p class="commands">
        <Command text={command} />
      </p>
    </>
  );
}

const WORDS = { create: "created", change: "changed", delete: "deleted" } as const;

function Result({ preview }: { preview: Preview }) {
  const servers = [...new Set(preview.changes.map((change) => change.server))];
  return (
    <div role="region" aria-label="What would change">
      {!preview.changes.length && !preview.problems.length && <p class="fine">Nothing would change.</p>}
      {preview.problems.length > 0 && (
        <div class="notice bad">
          <strong>{plural(preview.problems.length, "problem")}: this would be refused, or cannot be seen</strong>
          <ul>
            {preview.problems.map((problem, index) => (
              <li key={index}>
                {problem.reason}: <Prose text={problem.message} />
              </li>
            ))}
          </ul>
        </div>
      )}
      {servers.map((server) => {
        const changes = preview.changes.filter((change) => change.server === server);
        return (
          <section key={server}>
            <h3>
              <bdi>{server || "The cluster that Vidra runs in"}</bdi>{" "}
              <span class="faint">
                {(["create", "change", "delete"] as const)
                  .map((action) => [changes.filter((change) => change.action === action).length, WORDS[action]] as const)
                  .filter(([count]) => count)
                  .map(([count, word]) => `${count} ${word}`)
                  .join(", ")}
              </span>
            </h3>
            {changes.map((change) => (
              <details key={change.title} open={changes.length <= 10}>
                <summary>
                  <span class={`action ${change.action}`}>{WORDS[change.action]}</span> <bdi>{change.title}</bdi>
                </summary>
                <pre class="diff" tabIndex={0} aria-label={`Change of ${change.title}`}>
                  {change.lines.map((line, index) => (
                    <span key={index} class={`line ${KINDS[line[0]!] ?? ""}`}>
                      {line}
                      {"\n"}
                    </span>
                  ))}
                </pre>
              </details>
            ))}
          </section>
        );
      })}
      {preview.notes.map((note) => (
        <p key={note} class="faint">
          <Prose text={note} />
        </p>
      ))}
    </div>
  );
}

const KINDS: Record<string, string> = { "+": "added", "-": "removed", "@": "place" };
