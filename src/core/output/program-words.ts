import { onOneLine } from "./printable.ts";

/** The head of a line in the logs of Kubernetes' programs, `E1128 22:34:31.645043    1050 main.go:361] `. https://pkg.go.dev/k8s.io/klog/v2 */
const LOG_HEAD = /^([IWEF])\d{4} [\d:.]+ +\d+ [^\s\]]+\] /;

/**
 * What a program that failed says of it, on one line of any length; "" where it says nothing.
 * The credential providers of kubelets log as all of Kubernetes does, and name the reason last: where there
 * are lines of errors, the others are left out, and no line keeps its head.
 */
export function programWords(said: string): string {
	const lines = said.split("\n").map((printed) => {
		const [head = "", severity] = LOG_HEAD.exec(printed) ?? [];
		return { severity, text: printed.slice(head.length) };
	});
	const failed = lines.some(({ severity }) => isError(severity));
	return onOneLine(
		lines
			.filter(
				({ severity }) =>
					severity === undefined || isError(severity) || !failed,
			)
			.map(({ text }) => text)
			.join(" "),
		Number.POSITIVE_INFINITY,
	);
}

function isError(severity: string | undefined): boolean {
	return severity === "E" || severity === "F";
}
