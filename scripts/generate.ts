// Writes every generated file of the project: `npm run generate`. With --check it only compares, and fails on a difference.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import hre from "hardhat";
import { abiFiles } from "./abi-generator/abi-files.ts";
import { apiReports } from "./api-report/report.ts";
import { recordCompilations } from "./hardhat/recorded-compilations.ts";
import { kernelFiles } from "./kernel-generator/kernel-file.ts";
import { predeployFiles } from "./kernel-generator/predeploys.ts";
import { noticesFile } from "./notices/notices.ts";
import { optionTypes } from "./options-reference/reference.ts";
import { pictureFiles } from "./pictures/pictures.ts";
import { pagesWithSnippets } from "./snippets/snippets.ts";
import { descriptionFiles } from "./system-description/description-file.ts";
import { generatedFiles, type GeneratedFile } from "./verifier-generator/generated-files.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const check = process.argv.includes("--check");
let changed = 0;

function write({ path, content }: GeneratedFile): void {
  const target = join(root, path);
  if (existsSync(target) && readFileSync(target, "utf8") === content) return;
  changed++;
  console.log(`${check ? "differs" : "written"}: ${path}`);
  if (check) return;
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
}

generatedFiles().forEach(write);
pictureFiles().forEach(write);
descriptionFiles().forEach(write);
// The ABI fragments come from the compiled contracts, so the contracts written above must be compiled first.
await hre.tasks.getTask("build").run({ quiet: true });
const recorded = await recordCompilations(hre, check);
if (recorded > 0) console.log(`${check ? "differ" : "written"}: ${recorded} files of fixtures/recorded-compilations`);
changed += recorded;
// The codes of predeploys are compiled contracts.
kernelFiles(root).forEach(write);
predeployFiles(root).forEach(write);
abiFiles(root).forEach(write);
(await optionTypes(root)).forEach(write);
write(await noticesFile(root));
pagesWithSnippets(root).forEach(write);
// Reports read the generated types and ABIs.
apiReports(root).forEach(write);
if (changed === 0) console.log("generated files are up to date");
if (check && changed > 0) process.exitCode = 1;
