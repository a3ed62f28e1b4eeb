import packageJson from "../package.json" with { type: "json" };

/** Strict semver, as in package.json, the krew manifest (there with a `v`) and `--version`. */
export const VERSION: string = packageJson.version;
