/** Writes the package schema that the plugin answers with and that SDKs are generated from: part of `npm run build`. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pulumiSchema } from "./pulumi-schema";
import { readModel } from "./read-model";

const repository = resolve(__dirname, "..");
const path = join(repository, "dist/plugin/schema.json");
const facts = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));

mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, `${JSON.stringify(pulumiSchema(readModel(repository), facts), null, 2)}\n`);
