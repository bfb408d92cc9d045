/** Writes docs/reference: `npm run docs`. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readModel } from "../read-model";
import { pages } from "./pages";

const repository = resolve(__dirname, "../..");
const folder = join(repository, "docs/reference");

rmSync(folder, { recursive: true, force: true }); // a resource may have gone
mkdirSync(folder, { recursive: true });
for (const [name, text] of pages(readModel(repository))) writeFileSync(join(folder, name), text);
