import {
	dnsLabel,
	dnsSubdomain,
	keyErrors,
	labelValue,
	shapeErrors,
} from "./names.ts";
import { fieldAt, type KubeObject } from "./objects.ts";
import { events, pods, type Resource, secrets } from "./resources.ts";
import { secretCauses } from "./secret-validation.ts";
import { type Cause, cause, refuse } from "./statuses.ts";

/** Throws a 422 that names everything wrong with an object that is to be stored over `before`. */
export function validate(
	resource: Resource,
	object: KubeObject,
	before?: KubeObject,
): void {
	const { name, uid } = object.metadata;
	const causes = [
		...nameCauses(resource, object),
		...labelCauses(object),
		...annotationCauses(object),
		...finalizerCauses(object),
	];
	if (before !== undefined && uid !== before.metadata.uid)
		causes.push(cause.invalid("metadata.uid", uid, "field is immutable"));
	if (before?.metadata.deletionTimestamp !== undefined)
		causes.push(...lateFinalizers(object, before));
	if (resource === secrets) causes.push(...secretCauses(object, before));
	if (resource === pods) causes.push(...podCauses(object));
	if (resource === events) causes.push(...eventCauses(object));
	if (causes.length > 0)
		throw refuse.invalid(resource.kind, name ?? "", causes);
}

function nameCauses(resource: Resource, { metadata }: KubeObject): Cause[] {
	const { name, generateName } = metadata;
	const shape = resource.nameIsLabel ? dnsLabel : dnsSubdomain;
	const causes: Cause[] = [];
	// What is made of generateName goes on, so that it may end in a dash.
	if (generateName !== undefined)
		for (const wrong of shapeErrors(generateName.replace(/-$/, "a"), shape))
			causes.push(cause.invalid("metadata.generateName", generateName, wrong));
	if (!name)
		causes.push(
			cause.required("metadata.name", "name or generateName is required"),
		);
	else
		for (const wrong of shapeErrors(name, shape))
			causes.push(cause.invalid("metadata.name", name, wrong));
	return causes;
}

function labelCauses({ metadata: { labels = {} } }: KubeObject): Cause[] {
	return Object.entries(labels).flatMap(([key, value]) => [
		...keyErrors(key).map((wrong) =>
			cause.invalid("metadata.labels", key, wrong),
		),
		...shapeErrors(value, labelValue).map((wrong) =>
			cause.invalid("metadata.labels", value, wrong),
		),
	]);
}

function annotationCauses({
	metadata: { annotations = {} },
}: KubeObject): Cause[] {
	const causes: Cause[] = [];
	let size = 0;
	for (const [key, value] of Object.entries(annotations)) {
		for (const wrong of keyErrors(key.toLowerCase()))
			causes.push(cause.invalid("metadata.annotations", key, wrong));
		size += Buffer.byteLength(key) + Buffer.byteLength(value);
	}
	if (size > 262144)
		causes.push(
			cause.tooLong(
				"metadata.annotations",
				"may not be more than 262144 bytes",
			),
		);
	return causes;
}

function finalizerCauses({
	metadata: { finalizers = [] },
}: KubeObject): Cause[] {
	const standard = ["orphan", "foregroundDeletion", "kubernetes"];
	return finalizers.flatMap((finalizer, index) =>
		finalizer.includes("/") || standard.includes(finalizer)
			? []
			: [
					cause.invalid(
						`metadata.finalizers[${index}]`,
						finalizer,
						"name is neither a standard finalizer name nor is it fully qualified",
					),
				],
	);
}

function podCauses(object: KubeObject): Cause[] {
	const containers = fieldAt(object, ["spec", "containers"]);
	return Array.isArray(containers) && containers.length > 0
		? []
		: [cause.required("spec.containers")];
}

/** An event is where its object is. */
function eventCauses(object: KubeObject): Cause[] {
	const path = ["involvedObject", "namespace"];
	const involved = String(fieldAt(object, path) ?? "");
	return involved === object.metadata.namespace
		? []
		: [
				cause.invalid(
					path.join("."),
					involved,
					"does not match event.namespace",
				),
			];
}

function lateFinalizers(object: KubeObject, before: KubeObject): Cause[] {
	const old = before.metadata.finalizers ?? [];
	const late = (object.metadata.finalizers ?? []).filter(
		(finalizer) => !old.includes(finalizer),
	);
	const why =
		"no new finalizers can be added if the object is being deleted, found new finalizers";
	return late.length === 0
		? []
		: [
				cause.forbidden(
					"metadata.finalizers",
					`${why} []string{${late.map((one) => JSON.stringify(one)).join(", ")}}`,
				),
			];
}
