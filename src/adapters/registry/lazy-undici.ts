/**
 * undici, for a lazy import. Bundled, a CommonJS package that is imported lazily itself
 * would lose its names.
 */
export { Agent, buildConnector, ProxyAgent, request } from "undici";
