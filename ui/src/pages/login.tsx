// What is shown to somebody who is not logged in.
import { useSignal } from "@preact/signals";
import { about, keep, refused } from "../session";
import { askWho } from "../parts/actions";

export function Login() {
  const token = useSignal("");
  if (about.value.mode !== "token")
    return (
      <main id="main" class="login">
        <h1>Vidra</h1>
        <p>{refused.value || "This page is not logged in."}</p>
        <p>
          Press Enter in the terminal in which <code>vidra ui</code> runs, and open the address that it prints. Each address opens one
          page, once; other tabs of that browser log in by themselves.
        </p>
      </main>
    );
  const enter = (event: Event) => {
    event.preventDefault();
    keep(token.value.trim());
    void askWho();
  };
  return (
    <main id="main" class="login">
      <h1>Vidra</h1>
      {refused.value && (
        <p class="notice bad" role="alert">
          {refused.value}
        </p>
      )}
      <form onSubmit={enter}>
        <label>
          A token that the API server accepts
          <input type="password" autocomplete="off" required value={token.value} onInput={(event) => (token.value = event.currentTarget.value)} />
        </label>
        <p class="faint">
          It is kept in this tab alone and sent with every request; you see and do what your own rights allow. For example:{" "}
          <code>kubectl create token NAME</code>
        </p>
        <button type="submit" class="primary">
          Log in
        </button>
      </form>
    </main>
  );
}
