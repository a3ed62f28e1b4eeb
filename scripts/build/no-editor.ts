/**
 * Stands in for @inquirer/editor in the bundle: inquirer loads every kind of question that it knows,
 * and this one, which is never asked, brings half a megabyte of character sets.
 */
export default function editor(): never {
	throw new Error("no question is asked in an editor");
}
