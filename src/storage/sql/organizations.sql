-- Structures of the register by technical or by national identifier.
select
    id,
    national_id,
    siret,
    siren,
    finess,
    legal_entity_finess,
    legal_name,
    trade_name,
    address_lines,
    cedex,
    postal_code,
    commune_code,
    commune,
    country,
    department,
    phone,
    phone2,
    fax,
    email,
    sector
from organization
where closed_on is null
  and id in (
      select id from organization where id = any ($1)
      union
      select id from organization where national_id = any ($1) and national_id <> ''
  )
