"""The networks: Φ, Ψ, η, D_y, the renderer β and the perceptual network."""
