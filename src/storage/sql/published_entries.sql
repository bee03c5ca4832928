-- What a list of this moment ($1) holds. Two certificates of one name behind one mail domain, as
-- during a rotation, are one entry; the later change dates it.
select distinct on (binding.mail_domain, certificate.dn)
    binding.mail_domain,
    coalesce(binding.description, mail_domain.description) as "description!",
    certificate.dn,
    coalesce(binding.responsible_contact, operator.responsible_contact) as "responsible_contact!",
    coalesce(binding.support_contact, operator.support_contact) as "support_contact!",
    binding.updated_at
from binding
join mail_domain on mail_domain.name = binding.mail_domain
join certificate on certificate.id = binding.certificate_id
join operator on operator.id = certificate.operator_id
join mail_domain_operator
    on mail_domain_operator.mail_domain = binding.mail_domain
    and mail_domain_operator.operator_id = operator.id
where certificate.state = 'active'
    and operator.state = 'active'
    and (
        certificate.not_after is null
        or $1 between certificate.not_before and certificate.not_after
    )
order by
    binding.mail_domain,
    certificate.dn,
    binding.updated_at desc,
    certificate.id desc
