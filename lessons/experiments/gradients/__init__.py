"""What lesson 09 measures: signals and gradients through many layers."""
