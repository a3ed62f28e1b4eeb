import type { Identity } from "./certificates.ts";
import { type LoopbackServer, serve } from "./server.ts";

/** Amazon's two services, as their documentation has them, and what they are asked. */
export async function amazon(
	answer: () => { status?: number; body: object | string } | "hang",
	tls?: Identity,
): Promise<LoopbackServer & { calls: string[] }> {
	const calls: string[] = [];
	const server = await serve((request, response) => {
		const chunks: Buffer[] = [];
		request.on("data", (chunk) => chunks.push(chunk));
		request.on("end", () => {
			const target = request.headers["x-amz-target"];
			if (target === undefined) {
				const body = new URLSearchParams(Buffer.concat(chunks).toString());
				calls.push(`sts ${body.get("Action")} ${body.get("RoleArn")}`);
				response.setHeader("content-type", "text/xml");
				response.end(
					`<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials><AssumedRoleUser><Arn>a</Arn><AssumedRoleId>i</AssumedRoleId></AssumedRoleUser></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
				);
				return;
			}
			calls.push(`ecr ${String(target).split(".")[1]}`);
			const reply = answer();
			if (reply === "hang") return;
			response.statusCode = reply.status ?? 200;
			response.setHeader("content-type", "application/x-amz-json-1.1");
			const { body } = reply;
			response.end(typeof body === "string" ? body : JSON.stringify(body));
		});
	}, tls);
	return { ...server, calls };
}

/** This process's environment without what its user has set for Amazon and for this program; nothing else has a credential. */
export function nobodysEnvironment(): Record<string, string | undefined> {
	return {
		...Object.fromEntries(
			Object.entries(process.env).filter(
				([name]) => !/^(AWS|MESHREG)_/.test(name),
			),
		),
		AWS_EC2_METADATA_DISABLED: "true",
		AWS_CONFIG_FILE: "/nonexistent",
		AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
	};
}
