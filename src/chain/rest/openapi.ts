import type { Resource } from "./resource.ts";
import { SCHEMAS, type SchemaName } from "./schemas.ts";

/** Answers that every resource can have. */
const EVERY = {
  400: ["a part of the request is invalid, and the message says which", "Error"],
  403: ["the host name, or the page that asks, is not served", "Error"],
  429: ["too many requests are pending", "Error"],
} as const;

/** The description of all resources in OpenAPI 3.1. */
export function openApi(resources: readonly Resource[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const resource of resources) {
    const path = resource.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [resource.method.toLowerCase()]: operationOf(resource) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "hardhat-hyperchain: a hyperchain's REST",
      version: "1",
      description: "Resources of one chain. JSON-RPC is answered by POST on every other path of the same port.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    paths,
    components: { schemas: SCHEMAS },
  };
}

function operationOf({ summary, parts, query, body, answers }: Resource): object {
  const text = { schema: { type: "string" } };
  return {
    summary,
    parameters: [
      ...parts.map((part) => ({ ...part, in: "path", required: true, ...text })),
      ...query.map((each) => ({ ...each, in: "query", ...text })),
    ],
    ...(body === undefined ? {} : { requestBody: { required: true, content: contentOf(body) } }),
    responses: Object.fromEntries(
      Object.entries({ ...EVERY, ...answers }).map(([status, [description, schema]]) => [
        status,
        { description, content: contentOf(schema) },
      ]),
    ),
  };
}

function contentOf(schema: SchemaName): object {
  return { "application/json": { schema: { $ref: `#/components/schemas/${schema}` } } };
}
