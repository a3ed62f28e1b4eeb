import type { Dispatcher } from "undici";
import type { Env } from "../../core/env.ts";
import { FailureError } from "../../core/output/failure.ts";
import type { EcrFault } from "../../core/output/outside-failure.ts";
import {
	ecrPlaceOf,
	type ProviderAnswer,
	readEcrToken,
} from "../../core/pull-secrets/provider.ts";
import { faultOf } from "../../core/registry/fault.ts";
import { failureWords } from "../../core/registry/words.ts";
import { OperationError, unlessAborted } from "../../errors.ts";
import { wholeOf } from "../pieces.ts";
import { authoritiesWith, type Trust } from "../trust.ts";
import type { Surroundings } from "./helper-process.ts";
import { failureOf, Routes } from "./transport.ts";

/** More is no answer of ECR's or STS's. */
const ANSWER_LIMIT = 1 << 20;

/**
 * A password for an Amazon registry, by the SDK's usual chain of credentials. Throws FailureError, with
 * the service's own words, and the interrupt's reason.
 */
export async function ecrCredential(
	key: string,
	around: Surroundings,
): Promise<ProviderAnswer> {
	const place = ecrPlaceOf(key);
	if (place === undefined)
		throw new FailureError({
			cause: "ecr-registry",
			key,
			is: key === "public.ecr.aws" ? "public" : "elsewhere",
		});
	const { ECRClient, GetAuthorizationTokenCommand } = await import(
		"./lazy-ecr.ts"
	);
	const handler = await openHandler(around.env, around.ca);
	const client = new ECRClient({
		region: place.region,
		useFipsEndpoint: place.fips,
		useDualstackEndpoint: place.dualStack,
		requestHandler: handler,
	});
	const deadline = AbortSignal.timeout(around.limit);
	const signal = AbortSignal.any([around.interrupt, deadline]);
	try {
		signal.throwIfAborted();
		const answer = await unlessAborted(
			client.send(new GetAuthorizationTokenCommand({}), {
				abortSignal: signal,
			}),
			signal,
		);
		return readEcrToken(answer.authorizationData?.[0]?.authorizationToken);
	} catch (error) {
		if (around.interrupt.aborted) throw around.interrupt.reason;
		if (deadline.aborted) throw failed({ is: "silent", limit: around.limit });
		throw error instanceof OperationError ? error : failed(faultIn(error));
	} finally {
		client.destroy();
		await handler.close();
	}
}

/**
 * Of what is none of its answers the SDK quotes a part, or says nothing at all; and of a machine that has no
 * credentials, not how to give it some.
 */
function faultIn(error: unknown): EcrFault {
	if (!(error instanceof Error)) return { is: "failed", words: "error" };
	const { name, message } = error;
	if (/^Could not load credentials/.test(message)) return { is: "no-access" };
	const { httpStatusCode: status } =
		(error as { $metadata?: { httpStatusCode?: number } }).$metadata ?? {};
	return status !== undefined &&
		(name === "Unknown" || /\bDeserialization error\b/.test(message))
		? { is: "no-answer", status }
		: { is: "failed", words: failureWords(`${name}: ${message}`) };
}

function failed(because: EcrFault): FailureError {
	return new FailureError({ cause: "ecr-failed", because });
}

/** A request of the SDK's, as far as it is needed. */
interface SdkRequest {
	readonly method: string;
	readonly protocol: string;
	readonly hostname: string;
	readonly port?: number;
	readonly path: string;
	readonly query?: Readonly<Record<string, string | string[] | null>>;
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: unknown;
}

/** Carries the SDK's requests, those to STS included, through our proxies and with our trust: it heeds neither by itself. */
async function openHandler(env: Env, ca: string | undefined) {
	const undici = await import("./lazy-undici.ts");
	const tls: Trust = { rejectUnauthorized: true, ca: authoritiesWith(ca) };
	const direct = new undici.Agent({ connect: tls });
	// Through a tunnel also where an endpoint is plain HTTP: the answers are credentials.
	const routes = new Routes(undici, direct, env, {
		requestTls: tls,
		proxyTls: tls,
		proxyTunnel: true,
	});
	return {
		metadata: { handlerProtocol: "http/1.1" },
		async handle(
			request: SdkRequest,
			{ abortSignal }: { abortSignal?: unknown } = {},
		) {
			const url = urlOf(request);
			const { body } = request;
			const dispatcher = routes.to(url);
			const answer = await undici
				.request(url, {
					method: request.method as Dispatcher.HttpMethod,
					headers: { ...request.headers },
					dispatcher,
					...((typeof body === "string" || body instanceof Uint8Array) && {
						body,
					}),
					...(abortSignal instanceof AbortSignal && { signal: abortSignal }),
				})
				.catch((error: unknown) => {
					const failure = failureOf(error, dispatcher !== direct);
					const fault = faultOf(failure, url.host);
					if (fault.kind !== "tls" || fault.because.is !== "certificate")
						throw error;
					throw failed({ ...fault.because, host: url.host });
				});
			const said = await wholeOf(answer.body, ANSWER_LIMIT, () =>
				failed({ is: "too-much" }),
			);
			return {
				response: {
					statusCode: answer.statusCode,
					headers: Object.fromEntries(
						Object.entries(answer.headers).map(([name, value]) => [
							name,
							[value ?? []].flat().join(", "),
						]),
					),
					body: new Uint8Array(said),
				},
			};
		},
		updateHttpClientConfig() {},
		httpHandlerConfigs: () => ({}),
		destroy() {},
		close: () => routes.destroy(),
	};
}

function urlOf(request: SdkRequest): URL {
	const { protocol, hostname, port, path, query = {} } = request;
	const url = new URL(
		`${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}`,
	);
	for (const [name, value] of Object.entries(query))
		for (const each of [value ?? ""].flat())
			url.searchParams.append(name, each);
	return url;
}
