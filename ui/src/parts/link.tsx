// The only place where an address becomes a link. What comes from a cluster is a link only if it is http or https.
import type { ComponentChildren } from "preact";
import { BASE } from "../api";
import { go } from "../router";

interface Props {
  to: string;
  class?: string;
  current?: boolean;
  label?: string;
  children: ComponentChildren;
}

/** A link to a page of this one. */
export function Link({ to, class: name, current, label, children }: Props) {
  const follow = (event: MouseEvent) => {
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={BASE + to} class={name} aria-current={current ? "page" : undefined} aria-label={label} onClick={follow}>
      {children}
    </a>
  );
}

/** A link to elsewhere, if the text is an address; else the text. */
export function External({ text }: { text: string }) {
  let safe = false;
  try {
    safe = ["http:", "https:"].includes(new URL(text).protocol);
  } catch {
    // not an address
  }
  if (!safe) return <bdi>{text}</bdi>;
  return (
    <a href={text} rel="noopener noreferrer" target="_blank">
      <bdi>{text}</bdi>
    </a>
  );
}

/** Leads past the navigation, for who uses the keyboard. */
export function Skip() {
  return (
    <a class="skip" href="#main">
      Skip to the content
    </a>
  );
}
