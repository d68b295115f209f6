import { Component, type ComponentType, type FunctionComponent, createElement } from "preact";

/** A component that is drawn again only when what it shows is another: `alike` says when it is not. */
export function memo<P extends object>(
  of: FunctionComponent<P>,
  alike: (before: P, after: P) => boolean,
): ComponentType<P> {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      return !alike(this.props, next);
    }

    override render() {
      return createElement(of, this.props);
    }
  };
}
