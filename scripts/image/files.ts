import {
	chmod,
	cp,
	mkdir,
	mkdtemp,
	readdir,
	readFile,
	realpath,
	rm,
	writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { create } from "tar";
import type { Target } from "../build/targets.ts";
import { PACKAGES, unpacked } from "./debian.ts";

/** Where a platform's libraries are, and its loader, whose path stands in every program. */
const PLACES = {
	amd64: { triplet: "x86_64-linux-gnu", loader: "lib64/ld-linux-x86-64.so.2" },
	arm64: { triplet: "aarch64-linux-gnu", loader: "lib/ld-linux-aarch64.so.1" },
} as const;

/** Who runs in the image; nothing in it belongs to them. */
export const USER = 65532;
/** The program in the image. */
export const PROGRAM = "usr/bin/kubectl-meshreg";

/**
 * The files of an image as a tar: the program, what it loads, and who made that. Owned by root, with one
 * time, in one order: the same bytes for the same input. `made`: the time; `sbom`: its text, "" for none.
 */
export async function imageTar(
	arch: Target["arch"],
	binary: string,
	{ sbom, made }: { readonly sbom: string; readonly made: Date },
): Promise<Buffer> {
	await mkdir(".cache", { recursive: true });
	const root = await mkdtemp(join(".cache", "image-"));
	try {
		const put = async (path: string, from: string, mode: number) => {
			const to = join(root, path);
			await mkdir(dirname(to), { recursive: true });
			// A library's name is a link to it: what is copied is the file.
			await cp(await realpath(from), to);
			await chmod(to, mode);
		};
		const text = async (path: string, content: string) => {
			await mkdir(dirname(join(root, path)), { recursive: true });
			await writeFile(join(root, path), content, { mode: 0o644 });
			await chmod(join(root, path), 0o644);
		};
		const { triplet, loader } = PLACES[arch];
		await put(PROGRAM, binary, 0o755);
		await put("usr/share/doc/kubectl-meshreg/LICENSE", "LICENSE", 0o644);
		if (sbom !== "")
			await text("usr/share/doc/kubectl-meshreg/sbom.spdx.json", sbom);
		for (const one of PACKAGES) {
			const { folder, control } = await unpacked(one, arch);
			for (const library of one.libraries)
				await put(
					`usr/lib/${triplet}/${library}`,
					await found(folder, triplet, library),
					0o755,
				);
			if (one.name === "libc6")
				await put(
					loader,
					join(folder, "lib", triplet, loader.split("/")[1] ?? ""),
					0o755,
				);
			// The others' is a link into this one's.
			if (one.libraries.length === 0 || one.name === "libc6")
				await put(
					`usr/share/doc/${one.name}/copyright`,
					join(folder, "usr/share/doc", one.name, "copyright"),
					0o644,
				);
			// Where scanners look, as in distroless images.
			await text(`var/lib/dpkg/status.d/${one.name}`, control);
		}
		await text(
			"etc/passwd",
			`root:x:0:0:root:/:/sbin/nologin\nnonroot:x:${USER}:${USER}:nonroot:/tmp:/sbin/nologin\n`,
		);
		await text("etc/group", `root:x:0:\nnonroot:x:${USER}:\n`);
		await text(
			"etc/nsswitch.conf",
			"passwd: files\ngroup: files\nhosts: files dns\n",
		);
		await text(
			"etc/os-release",
			'NAME="kubectl-meshreg"\nID=debian\nVERSION_ID="12"\n',
		);
		await mkdir(join(root, "tmp"));
		const paths = await everything(root);
		for (const path of paths)
			if (path.endsWith("/")) await chmod(join(root, path), 0o755);
		const tar = create(
			{
				cwd: root,
				// No names of whoever builds it; the owner is set below.
				portable: true,
				mtime: made,
				strict: true,
				sync: true,
				noDirRecurse: true,
				onWriteEntry(entry) {
					if (entry.stat) Object.assign(entry.stat, { uid: 0, gid: 0 });
				},
			},
			paths,
		);
		return tar.read() ?? Buffer.alloc(0);
	} finally {
		await rm(root, { recursive: true });
	}
}

/** The file of a library, wherever its package has it. */
async function found(
	folder: string,
	triplet: string,
	library: string,
): Promise<string> {
	for (const place of ["lib", "usr/lib"]) {
		const path = join(folder, place, triplet, library);
		try {
			await readFile(path);
			return path;
		} catch {}
	}
	throw new Error(`${library} is not in ${folder}`);
}

/** Every folder (with a slash at its end) and file below one, folders before what is in them. */
async function everything(root: string, below = ""): Promise<string[]> {
	const entries = await readdir(join(root, below), { withFileTypes: true });
	const paths: string[] = [];
	for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
		const path = below + entry.name;
		if (!entry.isDirectory()) paths.push(path);
		else paths.push(`${path}/`, ...(await everything(root, `${path}/`)));
	}
	return paths;
}
