import tseslint from "typescript-eslint";

/**
 * What each folder of src/ may import from the others (docs: DESIGN "Layout and imports"). A folder may always import
 * itself. Anything not listed here is refused, so a new folder must be placed in this map first.
 */
const ALLOWED = {
  field: [],
  protocol: [],
  abi: [],
  kernels: ["field"],
  stark: ["kernels", "field"],
  air: ["stark", "kernels", "field", "protocol"],
  // The zkEVM's machine: what it computes for the kernel with libraries is handed in.
  machine: [],
  chain: ["protocol", "kernels", "field"],
  prover: ["air", "stark", "kernels", "field", "protocol"],
  "settlement-layer": ["protocol", "abi"],
  settlement: ["settlement-layer", "protocol", "abi"],
  relayer: ["settlement-layer", "protocol", "abi"],
  // What a user of an ecosystem does, over public RPC: for tasks, tests and the demonstration.
  client: ["settlement-layer", "relayer", "protocol", "abi"],
  devnet: ["chain", "prover", "settlement-layer", "settlement", "client", "relayer", "protocol", "abi"],
  plugin: ["devnet", "client", "chain", "settlement-layer", "relayer", "protocol", "abi"],
  // The demonstrations: of the ecosystem through devnet, and of the prover by itself.
  demo: ["devnet", "client", "relayer", "chain", "prover", "air", "stark", "kernels", "field", "protocol", "abi"],
};

const importRules = Object.entries(ALLOWED).map(([folder, allowed]) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: Object.keys(ALLOWED)
          .filter((other) => other !== folder && !allowed.includes(other))
          .map((other) => ({
            regex: `^(\\.\\./)+${other}/`,
            message: `src/${folder} must not import src/${other}.`,
          })),
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ["fixtures/readme/", "**/node_modules/", "**/artifacts/", "**/cache/", "**/coverage/", "dist/", "contracts/"] },
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strict],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "no-bitwise": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
  {
    files: ["src/{field,kernels,stark,air,machine,protocol}/**/*.ts", "src/chain/state/**/*.ts", "test/**/*.ts", "bench/**/*.ts", "scripts/**/*.ts"],
    rules: { "no-bitwise": "off" },
  },
  {
    // node:test returns promises that the runner awaits itself.
    files: ["test/**/*.ts"],
    rules: { "@typescript-eslint/no-floating-promises": "off", "@typescript-eslint/no-non-null-assertion": "off" },
  },
  ...importRules,
);
