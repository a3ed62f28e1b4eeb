/** Amazon's SDK, for a lazy import: a chunk of its own, which nobody loads who has no such registry. */
export { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
