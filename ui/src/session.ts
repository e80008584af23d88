// Who looks: the secret that proves it is kept in this tab alone, and sent as a header. There is no cookie.
import { signal } from "@preact/signals";

const KEY = "vidra-session";
const ASK = "ask";

export const secret = signal(sessionStorage.getItem(KEY) ?? "");
export const about = signal({ mode: "", readOnly: false, version: "" });
/** Why nobody is logged in. */
export const refused = signal("");

/** The other tabs of this origin: one that is logged in answers one that is not. */
const tabs = new BroadcastChannel(KEY);
tabs.onmessage = ({ data }: MessageEvent) => {
  if (data === ASK && secret.value) tabs.postMessage({ secret: secret.value });
  else if (typeof data?.secret === "string" && !secret.value) keep(data.secret);
};

export function keep(value: string): void {
  secret.value = value;
  refused.value = "";
  if (value) sessionStorage.setItem(KEY, value);
  else sessionStorage.removeItem(KEY);
}

/** Ends the session, because the server does not accept it any more. */
export function logOut(why: string): void {
  keep("");
  refused.value = why;
}

/** The secret of a tab that is logged in already; empty if none is. */
function fromOtherTabs(): Promise<string> {
  tabs.postMessage(ASK);
  return new Promise((resolve) => {
    const stop = secret.subscribe((value) => value && resolve(value));
    setTimeout(() => (stop(), resolve("")), 400);
  });
}

/** Logs this tab in by the code in its address, which is removed from it at once, or by another tab. */
export async function logIn(trade: (code: string) => Promise<string>): Promise<void> {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code) {
    history.replaceState(null, "", location.pathname + location.search);
    try {
      keep(await trade(code));
    } catch (error) {
      logOut(String((error as Error).message));
    }
  } else if (!secret.value) await fromOtherTabs();
}
