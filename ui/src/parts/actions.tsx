// Buttons that do something: with the viewer's rights, which are asked before, so that a button says why it cannot.
import { signal, useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { get, post } from "../api";
import { KINDS, type Ref, short } from "../kinds";
import { about, secret } from "../session";
import type { HeldPrune, Me } from "../types";
import { plural } from "./words";

export const me = signal<Me | undefined>(undefined);
export const meError = signal("");
secret.subscribe(() => void askWho());

export async function askWho(): Promise<void> {
  if (!secret.peek() && about.peek().mode !== "proxy") return;
  try {
    me.value = await get<Me>("me");
    meError.value = "";
  } catch (error) {
    meError.value = (error as Error).message;
  }
}

type Action = "reconcile" | "suspend" | "resume" | "approve";

/** Why an action cannot be done; empty when it can. */
export function whyNot(action: Action, kind: string): string {
  if (about.value.readOnly) return "this page is read-only";
  const rights = me.value?.rights;
  if (!rights) return meError.value || "your rights are not known yet";
  const needed = rights.filter((right) => right.resource === KINDS[kind]!.plural && ["patch", action].includes(right.verb));
  return needed.find((right) => !right.allowed)?.why ?? "";
}

interface Props extends Ref {
  uid: string;
  suspended: boolean;
}

export function Actions({ kind, name, uid, suspended }: Props) {
  const said = useSignal("");
  const run = async (action: Action) => {
    try {
      said.value = (await post<{ done: string }>(`act/${action}`, { name: short({ kind, name }), uid })).done;
    } catch (error) {
      said.value = (error as Error).message;
    }
  };
  const actions: [Action, string][] = [
    ["reconcile", "Reconcile now"],
    suspended ? ["resume", "Resume"] : ["suspend", "Suspend"],
  ];
  return (
    <div class="actions">
      {actions.map(([action, word]) => {
        const why = whyNot(action, kind) || (action === "reconcile" && suspended ? "it is suspended" : "");
        return (
          <button type="button" key={action} aria-disabled={Boolean(why)} title={why} onClick={() => (why ? (said.value = why) : run(action))}>
            {word}
          </button>
        );
      })}
      <span role="status" class="said">
        {said.value}
      </span>
    </div>
  );
}

/** Approves the set that is shown, and no other; the number of objects has to be typed. */
export function Approve({ kind, name, uid, held }: { kind: string; name: string; uid: string; held: HeldPrune }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const typed = useSignal("");
  const said = useSignal("");
  const why = whyNot("approve", kind);
  const count = held.objects.length;
  const run = async (event: Event) => {
    event.preventDefault();
    if (typed.value.trim() !== String(count)) return;
    try {
      const body = { name: short({ kind, name }), uid, id: held.id };
      said.value = (await post<{ done: string }>("act/approve", body)).done;
    } catch (error) {
      said.value = (error as Error).message;
    }
    dialog.current?.close();
  };
  return (
    <div class="actions">
      <button type="button" class="danger" aria-disabled={Boolean(why)} title={why} onClick={() => (why ? (said.value = why) : dialog.current?.showModal())}>
        Approve the deletion of {plural(count, "object")}…
      </button>
      <span role="status" class="said">
        {said.value}
      </span>
      <dialog ref={dialog} aria-labelledby="approve-title">
        <form onSubmit={run}>
          <h2 id="approve-title">Delete {plural(count, "object")}?</h2>
          <p>
            Exactly the listed set ({held.id}) is deleted from its clusters. If the set changes before, nothing is deleted. This
            cannot be undone.
          </p>
          <label>
            Type <strong>{count}</strong> to confirm
            <input type="text" inputMode="numeric" autocomplete="off" value={typed.value} onInput={(event) => (typed.value = event.currentTarget.value)} />
          </label>
          <div class="actions">
            <button type="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
            <button type="submit" class="danger" disabled={typed.value.trim() !== String(count)}>
              Delete them
            </button>
          </div>
        </form>
      </dialog>
    </div>
  );
}
