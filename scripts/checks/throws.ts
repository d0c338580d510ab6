import ts from "typescript";
import { place, symbolOf, type PublicDeclaration } from "./documented.js";

/** A function with a body, wherever it is written. */
type Implementation = ts.FunctionLikeDeclaration & { readonly body: ts.Node };

/**
 * A sentence for each public function, method and constructor that can throw and has no `@throws`.
 *
 * A function can throw if its body, or that of a function of ours it calls, has a `throw` outside a `try` with a
 * `catch`. A method of an interface can throw if a class that implements it, or an object written where the
 * interface is expected, can. What functions passed in do is not known and not counted.
 */
export function undocumentedThrows(
  root: string,
  program: ts.Program,
  declarations: readonly PublicDeclaration[],
): readonly string[] {
  const finder = new ThrowFinder(program);
  const checker = program.getTypeChecker();
  const documented = new Set(
    declarations.filter(({ node }) => hasThrowsTag(checker, node)).map(({ name }) => name),
  );
  return declarations.flatMap(({ name, node }) => {
    const trail = documented.has(name) ? undefined : finder.trailToThrow(node);
    return trail
      ? [`${name} can throw and has no @throws: ${trail.map((step) => place(root, step)).join(" → ")}`]
      : [];
  });
}

function hasThrowsTag(checker: ts.TypeChecker, node: ts.Declaration): boolean {
  const inherited = symbolOf(checker, node)?.getJsDocTags(checker) ?? [];
  const own = ts.getJSDocTags(node).map((tag) => tag.tagName.text);
  return [...inherited.map((tag) => tag.name), ...own].includes("throws");
}

// Methods of arrays and iterators run the function given to them before they return.
const callNow = new Set([
  "map",
  "flatMap",
  "forEach",
  "filter",
  "find",
  "some",
  "every",
  "reduce",
  "sort",
  "from",
]);

class ThrowFinder {
  readonly #checker: ts.TypeChecker;
  readonly #implementations = new Map<ts.Node, Implementation[]>();
  readonly #known = new Map<Implementation, readonly ts.Node[] | undefined>();

  constructor(program: ts.Program) {
    this.#checker = program.getTypeChecker();
    for (const file of program.getSourceFiles()) {
      if (!file.isDeclarationFile) this.#recordImplementations(file);
    }
  }

  /** The way from a declaration to a `throw`: calls, then the statement; undefined if there is none. */
  trailToThrow(node: ts.Node): readonly ts.Node[] | undefined {
    for (const body of this.#bodiesOf(node)) {
      const trail = this.#search(body);
      if (trail) return trail;
    }
    return undefined;
  }

  #search(body: Implementation): readonly ts.Node[] | undefined {
    if (this.#known.has(body)) return this.#known.get(body);
    this.#known.set(body, undefined); // a recursive call adds nothing to what its first call does
    const trail = this.#inside(body.body);
    this.#known.set(body, trail);
    return trail;
  }

  #inside(node: ts.Node): readonly ts.Node[] | undefined {
    if (ts.isThrowStatement(node)) return [node];
    if (ts.isFunctionLike(node) && !runsNow(node)) return undefined;
    if (ts.isTryStatement(node) && node.catchClause) {
      return this.#inside(node.catchClause) ?? (node.finallyBlock && this.#inside(node.finallyBlock));
    }
    return this.#throughCall(node) ?? ts.forEachChild(node, (child) => this.#inside(child));
  }

  #throughCall(node: ts.Node): readonly ts.Node[] | undefined {
    if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return undefined;
    const called = this.#checker.getResolvedSignature(node)?.declaration;
    const trail = called && this.trailToThrow(called);
    return trail && [node, ...trail];
  }

  /** The bodies that may run when `node` is called. */
  #bodiesOf(node: ts.Node): readonly Implementation[] {
    if (ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node) || ts.isPropertyAssignment(node)) {
      return node.initializer && isImplementation(node.initializer) ? [node.initializer] : [];
    }
    return isImplementation(node) ? [node] : (this.#implementations.get(node) ?? []);
  }

  /** Notes which bodies stand behind the members of interfaces: those of classes and of object literals. */
  #recordImplementations(node: ts.Node): void {
    if (ts.isClassDeclaration(node)) {
      for (const { types } of node.heritageClauses ?? []) {
        for (const type of types) this.#recordMembers(this.#checker.getTypeAtLocation(type), node.members);
      }
    }
    if (ts.isObjectLiteralExpression(node)) {
      const type = this.#checker.getContextualType(node);
      if (type) this.#recordMembers(type, node.properties);
    }
    ts.forEachChild(node, (child) => {
      this.#recordImplementations(child);
    });
  }

  #recordMembers(type: ts.Type, members: readonly (ts.ClassElement | ts.ObjectLiteralElementLike)[]): void {
    for (const member of members) {
      const name = member.name && ts.isIdentifier(member.name) ? member.name.text : undefined;
      const promised = name === undefined ? undefined : type.getProperty(name);
      for (const signature of promised?.declarations ?? []) {
        if (signature === member || !ts.isMethodSignature(signature)) continue;
        const bodies = this.#implementations.get(signature) ?? [];
        this.#implementations.set(signature, [...bodies, ...this.#writtenBodies(member)]);
      }
    }
  }

  #writtenBodies(member: ts.Node): readonly Implementation[] {
    if (!ts.isShorthandPropertyAssignment(member)) return this.#bodiesOf(member);
    const value = this.#checker.getShorthandAssignmentValueSymbol(member)?.valueDeclaration;
    return value ? this.#bodiesOf(value) : [];
  }
}

function isImplementation(node: ts.Node): node is Implementation {
  return ts.isFunctionLike(node) && "body" in node && node.body !== undefined;
}

/** True for a function that the expression it is written in calls: an argument of `map` and the like. */
function runsNow(node: ts.Node): boolean {
  const call = node.parent;
  if (!ts.isCallExpression(call)) return false;
  const callee = call.expression;
  return callee === node || (ts.isPropertyAccessExpression(callee) && callNow.has(callee.name.text));
}
