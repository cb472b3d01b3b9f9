// Hardhat's command line without its loader of TypeScript: this Node reads TypeScript itself, and the loader,
// through which every module passes, takes a second of each process.

interface HardhatCli {
  main(args: readonly string[], options: { readonly registerTsx: false; readonly warnAboutUnusedPlugins: true }): Promise<void>;
}

process.setSourceMapsEnabled(true);
const { main } = (await import(
  new URL("../../../node_modules/hardhat/dist/src/internal/cli/main.js", import.meta.url).href
)) as HardhatCli;
await main(process.argv.slice(2), { registerTsx: false, warnAboutUnusedPlugins: true });
