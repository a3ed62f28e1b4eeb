/** The flags that several verbs share, and how their values are read. */
export * from "./flags/common.ts";
export * from "./flags/connection.ts";
export * from "./flags/contexts.ts";
export * from "./flags/mesh.ts";
export * from "./flags/numbers.ts";
export * from "./flags/values.ts";
