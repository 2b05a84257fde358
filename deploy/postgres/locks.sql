-- The locks stand in a database of their own, so that what is erased stays erased in every backup of the other.
CREATE DATABASE locks;
