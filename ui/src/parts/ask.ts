// Something that is asked of the server once, and again when what it depends on changes.
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { get } from "../api";

export interface Asked<T> {
  value?: T;
  error?: string;
}

/** The answer to a read; asked again whenever `on` changes, and the former answer is shown until then. */
export function useAsked<T>(path: string, query: Record<string, string> = {}, on = ""): Signal<Asked<T>> {
  const answer = useSignal<Asked<T>>({});
  const key = JSON.stringify([path, query]);
  useEffect(() => {
    answer.value = {};
  }, [key]);
  useEffect(() => {
    if (!path) return;
    let live = true;
    get<T>(path, query).then(
      (value) => live && (answer.value = { value }),
      (error: Error) => live && (answer.value = { error: error.message }),
    );
    return () => {
      live = false;
    };
  }, [key, on]);
  return answer;
}
