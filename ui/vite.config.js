// How the page is built: one script and one style sheet, found below any path, and what to do from conditions.md.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { defineConfig } from "vite";

const CONDITIONS = new URL("../docs/spec/conditions.md", import.meta.url);
const NAME = "virtual:reasons";

/** Each reason with what it means and what to do, from the tables of the documentation: there is no second truth. */
function reasons() {
  const found = {};
  for (const line of readFileSync(CONDITIONS, "utf8").split("\n")) {
    const [, reason, means, todo] = line.match(/^\| `(\w+)` \| (.*?) \| (.*?) \|$/) ?? [];
    if (reason) found[reason] ??= [plain(means), plain(todo)];
  }
  if (Object.keys(found).length < 30) throw new Error(`${CONDITIONS.pathname} has no tables of reasons any more`);
  return found;
}

const plain = (text) => text.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll("**", "");

export default defineConfig({
  base: "./",
  plugins: [
    {
      name: "reasons",
      resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
      // The server gives out what lies beside, so that it never packs the same file again.
      generateBundle(_, bundle) {
        for (const [fileName, file] of Object.entries(bundle)) {
          if (/\.(js|css)$/.test(fileName))
            this.emitFile({ type: "asset", fileName: `${fileName}.gz`, source: gzipSync(file.code ?? file.source, { level: 9 }) });
        }
      },
      load: (id) => (id === `\0${NAME}` ? `export default ${JSON.stringify(reasons())};` : undefined),
    },
  ],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../src/vidra/ui/page",
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    target: "es2023",
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
