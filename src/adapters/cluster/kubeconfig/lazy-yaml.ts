/**
 * yaml, for a lazy import. Bundled, a CommonJS package that is imported lazily itself
 * would lose its names.
 */
export { isPair, isScalar, parseAllDocuments, Scalar, visit } from "yaml";
