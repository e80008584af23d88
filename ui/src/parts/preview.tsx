// What reconciling would change: now, or with another branch or moment of Infrahub.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { post } from "../api";
import { query, setQuery } from "../router";
import type { Preview } from "../types";
import { short, type Ref } from "../kinds";
import { Command, Failed, Prose, plural } from "./words";

/** What a revision of each word is, and an example. Another word is shown as it is. */
const FIELDS: Record<string, [string, string]> = {
  branch: ["Branch", "the sync's"],
  date: ["As of", "now, -2h, 2026-01-31T12:00:00Z"],
  tag: ["Tag", "v1.2.0"],
  commit: ["Commit", "its whole id"],
  "chart-version": ["Chart version", "1.4.2"],
};

/** Takes: the words by which a revision of its source is named. */
export function PreviewTab({ kind, name, revisions }: Ref & { revisions: string[] }) {
  const given = revisions.map((word) => [word, query.value.get(word) ?? ""] as const).filter(([, value]) => value);
  const result = useSignal<{ value?: Preview; error?: string; running?: boolean }>({});
  const run = async () => {
    result.value = { running: true };
    try {
      result.value = { value: await post<Preview>("diff", { name: short({ kind, name }), ...Object.fromEntries(given) }) };
    } catch (error) {
      result.value = { error: (error as Error).message };
    }
  };
  useEffect(() => {
    if (given.length) void run();
  }, []);
  const { value, error, running } = result.value;
  const command = [`vidra diff ${short({ kind, name })}`, ...given.map(([word, value]) => `--${word} ${quoted(value)}`)].join(" ");
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
        {revisions.map((word) => (
          <label class="inline" key={word}>
            {FIELDS[word]?.[0] ?? word}
            <input class="filter" maxLength={253} placeholder={FIELDS[word]?.[1]} value={query.value.get(word) ?? ""} onInput={(event) => setQuery(word, event.currentTarget.value)} />
          </label>
        ))}
        <button type="submit" class="primary" disabled={running}>
          {running ? "Asking the API servers…" : "Show what would change"}
        </button>
      </form>
      <p class="faint">
        By a dry run of the API servers, with your own rights: nothing is written. Values of Secrets are masked.{" "}
        {!value && !error && !running && revisions.length > 0 && "Another branch shows what its merge would change; an earlier moment, tag or commit, what a rollback would."}
      </p>
      {error && <Failed why={error} />}
      {value && <Result preview={value} />}
      <p class="commands">
        <Command text={command} />
      </p>
    </>
  );
}

/** As a shell takes it. */
const quoted = (value: string) => (/^[\w./:+@-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`);

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
                {change.leaves.length > 0 && (
                  <p class="notice">
                    <bdi>{change.leaves.join(", ")}</bdi> lets go of it. It stays, with the fields of{" "}
                    <bdi>{change.stays.join(", ") || "nobody"}</bdi>.
                  </p>
                )}
                <pre class="diff" tabIndex={0} aria-label={`Change of ${change.title}`}>
                  {change.lines.map((line, index) => (
                    <span key={index} class={`line ${KINDS[line[0]!] ?? ""}`}>
                      {line}
                      {change.holders[index] && (
                        <span class="holder">
                          {"  held by "}
                          <bdi>{change.holders[index]}</bdi>
                        </span>
                      )}
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
