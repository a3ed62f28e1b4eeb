import type { NearMiss } from "../core/kubelet/near-miss.ts";
import { claimedName } from "../core/output/printable.ts";
import { displayKey } from "../core/registry/url.ts";

/** What is between a credential and its use, as one sentence. */
export function nearMissSentence(near: NearMiss): string {
	const miss = { ...near, key: displayKey(near.key) };
	const key = `The key ${miss.key} in ${miss.from}`;
	switch (miss.because) {
		case "unreferenced":
			return `${miss.from} has a key that matches, ${miss.key}, but is not among the pull Secrets.`;
		case "other-namespace":
			return `${miss.from} has a key that matches, ${miss.key}, but pods use Secrets of their own namespace only.`;
		case "type":
			return `${miss.from} has a key that matches, ${miss.key}, but is of type ${claimedName(miss.type)}, which kubelets pass over.`;
		case "wrapper":
			return miss.type === "kubernetes.io/dockercfg"
				? `${miss.from} has a key that matches, ${miss.key}, inside "auths", which its type ${miss.type} does not have.`
				: `${miss.from} has a key that matches, ${miss.key}, outside "auths", where its type ${miss.type} does not look.`;
		case "port":
			return `${key} has ${portOf(miss.keyPort)}, the image has ${portOf(miss.imagePort)}${miss.keyPort === "" || miss.imagePort === "" ? "; kubelets do not assume 443" : ""}.`;
		case "path":
			return `${key} is for the path ${displayKey(miss.keyPath)} only, which the image's does not begin with.`;
		case "letter-case":
			return `${key} and the image's host ${miss.host} differ in letter case, which kubelets compare.`;
		case "label-count":
			return `${key} has ${miss.keyLabels} names between dots and the image's host ${miss.imageLabels}; a star stands for exactly one of them.`;
		case "docker-hub-name":
			return `${key} and the image's host are both names of Docker Hub, but kubelets do not treat them as the same.`;
		case "white-space":
			return `${key} contains white space; without it, it would match.`;
		case "scheme":
			return `${key} begins with a scheme that kubelets do not read: only https:// and http://, in lower case.`;
		case "region":
			return `${key} is for the same account in another region than ${miss.host}.`;
		case "single-word":
			return `${key} has neither a dot nor a port, so the image that begins with it is one of docker.io.`;
	}
}

function portOf(port: string): string {
	return port === "" ? "no port" : `port ${port}`;
}
